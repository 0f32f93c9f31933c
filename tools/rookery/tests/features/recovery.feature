Feature: A lost password
  Whoever gave an e-mail address gets back in without anybody's help.

  Background:
    Given "ada" has registered
    And "ada" has confirmed an e-mail address

  Scenario: The code in a mail is good for a new password
    When "ada" asks for a new password by mail
    And "ada" chooses "a new horse battery" with the code of the mail
    Then the answer is 204 ""
    And "ada" reads nothing any more
    When "ada" logs in with the password "correct horse battery"
    Then the answer is 401 "credentials-invalid"
    When "ada" logs in with the password "a new horse battery"
    Then the answer is 201 ""

  Scenario: A code is good once
    Given "ada" asks for a new password by mail
    And "ada" chooses "a new horse battery" with the code of the mail
    When "ada" chooses "yet another battery" with the code of the mail
    Then the answer is 422 "mail-token-invalid"

  Scenario: Nobody learns who is here
    When somebody asks for a new password for "nobody"
    Then the answer is 202 ""
