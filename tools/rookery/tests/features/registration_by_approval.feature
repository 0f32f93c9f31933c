@approval
Feature: Registration by approval
  A place whose operators look at everybody first.

  Scenario: Nobody is in before an operator says so
    When "ada" registers with the password "correct horse battery"
    Then the answer is 202 ""
    When "ada" logs in with the password "correct horse battery"
    Then the answer is 401 "credentials-invalid"
    When an operator approves "ada"
    And "ada" logs in with the password "correct horse battery"
    Then the answer is 201 ""

  Scenario: Whoever is turned away stays out
    Given "eve" registers with the password "correct horse battery"
    When an operator turns "eve" away
    And "eve" logs in with the password "correct horse battery"
    Then the answer is 401 "credentials-invalid"
