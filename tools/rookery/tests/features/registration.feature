Feature: Registration
  People come by themselves, choose a handle and log in with a password.

  Scenario: A newcomer is found by the handle
    When "ada" registers with the name "Ada Lovelace"
    Then the profile of "ada" shows the name "Ada Lovelace"
    And "ada" has 0 followers

  Scenario: A handle belongs to one account, however it is spelled
    Given "ada" has registered
    When somebody registers with the handle of "ada" in capital letters
    Then the answer is 409 "HandleMustBeFree"

  Scenario: Who knows the password gets in
    Given "ada" has registered
    When "ada" logs in
    Then "ada" may post "I am in"

  Scenario: Who does not know the password stays out
    Given "ada" has registered
    When "ada" logs in with the password "not the right one"
    Then the answer is 401 "credentials-invalid"

  Scenario: A short password is refused
    When "eve" registers with the password "short"
    Then the answer is 422 "PasswordMustHaveGoodLength"

  Scenario: A new handle frees the old one
    Given "ada" has registered
    And "bob" has registered
    When "ada" takes the handle "countess"
    And "bob" takes the former handle of "ada"
    Then "bob" is found under the former handle of "ada"
    And "ada" is found under the handle "countess"
