Feature: Being left in peace
  Whoever is bothered turns others away, or just stops looking.

  Background:
    Given "ada" has registered
    And "bob" has registered
    And "ada" has posted "Rooks again"

  Scenario: A block ends what was between two people, and keeps it from coming back
    Given "bob" follows "ada"
    When "ada" blocks "bob"
    Then "ada" has 0 followers
    When "bob" follows "ada"
    Then the answer is 403 "AccountMustNotBeBlocked"
    When "bob" replies "Hey" to "Rooks again"
    Then the answer is 403 "AccountMustNotBeBlocked"
    And "ada" is notified of nothing

  Scenario: People between whom a block stands do not see each other
    Given "bob" has posted "Look at me"
    When "ada" blocks "bob"
    Then "bob" does not find "Rooks again"
    And "ada" does not find "Look at me"
    And "ada" has blocked "bob"

  Scenario: A block that is taken back lets people meet again
    Given "ada" blocks "bob"
    When "ada" takes back the block of "bob"
    And "bob" follows "ada"
    Then "ada" has 1 followers
    And "bob" reads "Rooks again" by "ada"

  Scenario: Whoever is muted goes on, and is not heard
    Given "ada" follows "bob"
    When "ada" mutes "bob"
    And "bob" posts "Noise"
    And "bob" likes "Rooks again"
    Then the timeline of "ada" is:
      | text        | reposted by |
      | Rooks again |             |
    And "ada" is notified of nothing
    And "Rooks again" has 1 likes

  Scenario: Nobody blocks themselves
    When "ada" blocks "ada"
    Then the answer is 403 "AccountMustNotBlockItself"
