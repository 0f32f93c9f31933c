Feature: Sessions
  People see where they are logged in, and end what they do not want.

  Scenario: Who logs out everywhere is out everywhere at once
    Given "ada" has registered
    When "ada" logs out everywhere
    And "ada" posts "I am out"
    Then the answer is 401 "token-revoked"
    And "ada" reads nothing any more
    When "ada" logs in
    Then "ada" may post "I am back"

  Scenario: A new password ends the sessions of others, and not this one
    Given "ada" has registered
    And somebody else is logged in as "ada"
    When "ada" changes the password to "a new horse battery"
    Then "ada" may post "It was me"
    And somebody else is out of the account of "ada"
    When "ada" logs in with the password "correct horse battery"
    Then the answer is 401 "credentials-invalid"

  Scenario: A script does what its token allows until that is revoked
    Given "ada" has registered
    And "ada" has a script that may "write"
    When the script of "ada" posts "By a script"
    Then the answer is 201 ""
    When the script of "ada" reads the timeline
    Then the answer is 403 "scope-required"
    When "ada" revokes all tokens
    And the script of "ada" posts "Once more"
    Then the answer is 401 "token-revoked"

  Scenario: An account that is given up has no way in
    Given "ada" has registered
    When "ada" gives up the account
    And "ada" posts "A ghost"
    Then the answer is 401 "token-revoked"

  Scenario: Whoever finds a session that is not theirs ends it
    Given "ada" has registered
    And somebody else is logged in as "ada"
    Then "ada" has 2 sessions
    When "ada" ends the other session
    Then somebody else is out of the account of "ada"
    And "ada" has 1 sessions

  Scenario: Who logs out is out here, and nowhere else
    Given "ada" has registered
    And somebody else is logged in as "ada"
    When "ada" logs out
    And "ada" posts "I am out"
    Then the answer is 401 "token-revoked"
    And somebody else is still in the account of "ada"

  Scenario: A script that may read does not write
    Given "ada" has registered
    And "ada" has a script that may "read"
    When the script of "ada" posts "By a script"
    Then the answer is 403 "scope-required"
    When "ada" revokes the token of the script
    And the script of "ada" reads the timeline
    Then the answer is 401 "token-revoked"
