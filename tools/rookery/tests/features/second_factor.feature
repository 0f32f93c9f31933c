Feature: A second factor
  A password that was stolen is not enough.

  Background:
    Given "ada" has registered
    And "ada" has turned on a second factor

  Scenario: The password alone opens nothing
    When "ada" logs in with the password "correct horse battery"
    Then the answer is 401 "otp-required"
    When "ada" logs in with a code of the authenticator
    Then the answer is 201 ""
    When "ada" logs in with the same code
    Then the answer is 401 "otp-invalid"

  Scenario: A recovery code stands in for a lost authenticator, once
    When "ada" logs in with a recovery code
    Then the answer is 201 ""
    When "ada" logs in with the same code
    Then the answer is 401 "otp-invalid"

  Scenario: It can be turned off again
    When "ada" turns the second factor off
    And "ada" logs in with the password "correct horse battery"
    Then the answer is 201 ""
