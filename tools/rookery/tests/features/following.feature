Feature: Following
  People choose whose messages they want to see.

  Background:
    Given "ada" has registered
    And "bob" has registered

  Scenario: A follow is counted on both sides, and once
    When "bob" follows "ada"
    And "bob" follows "ada"
    Then "ada" has 1 followers
    And "bob" follows 1 accounts
    And the followers of "ada" are "bob"
    And "ada" is notified:
      | who | kind     |
      | bob | followed |

  Scenario: An unfollow takes it back
    Given "bob" follows "ada"
    When "bob" unfollows "ada"
    Then "ada" has 0 followers
    And nobody follows "ada"
    And "ada" is notified of nothing

  Scenario: Nobody follows themselves
    When "ada" follows "ada"
    Then the answer is 403 "AccountMustNotFollowItself"

  Scenario: Nobody follows who is not there
    When "ada" follows the account 4711
    Then the answer is 404 "AccountMustExist"
