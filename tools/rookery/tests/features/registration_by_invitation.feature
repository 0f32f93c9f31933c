@invitation
Feature: Registration by invitation
  A place that grows by those whom its people know.

  Scenario: An invitation lets in as many as it says
    Given an operator has written an invitation for 1 person
    When "ada" registers with the invitation
    Then the answer is 201 ""
    When "bob" registers with the invitation
    Then the answer is 403 "invitation-invalid"

  Scenario: Without one nobody gets in
    When "eve" registers with the password "correct horse battery"
    Then the answer is 403 "invitation-invalid"

  Scenario: Only operators invite here
    Given an operator has written an invitation for 1 person
    And "ada" registers with the invitation
    When "ada" logs in
    And "ada" writes an invitation
    Then the answer is 403 "role-required"
