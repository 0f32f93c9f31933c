Feature: The past
  Who asks for a moment is shown what there was. What was deleted since says nothing any more.

  Background:
    Given "ada" has registered
    And "bob" has registered

  Scenario: Later edits, likes and messages are undone
    Given "ada" has posted "first"
    And "bob" likes "first"
    And the moment "noon" is remembered
    When "ada" edits "first" to "changed"
    And "bob" unlikes "first"
    And "ada" posts "second"
    Then at "noon" the messages of "ada" were "first"
    And at "noon" "first" said "first"
    And at "noon" "first" had 1 likes
    And now "first" says "changed"
    And "first" has 0 likes

  Scenario: What was deleted since leaves its place, and whose it was only its author is told
    Given "ada" has posted "regret"
    And "ada" has posted "stays"
    And the moment "noon" is remembered
    When "ada" deletes "regret"
    Then at "noon" "ada" finds their own messages "stays, (regret)"
    And at "noon" the messages of "ada" were "stays"
    And "bob" does not find "regret"

  Scenario: An account that was given up is still in the past
    Given "ada" has posted "last words"
    And "bob" has posted "about ada"
    And "ada" likes "about ada"
    And the moment "noon" is remembered
    When "ada" gives up the account
    Then at "noon" "about ada" had 1 likes
    And "about ada" has 0 likes
    And at "noon" the messages of "ada" were ""
