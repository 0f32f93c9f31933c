Feature: Deletion
  What is deleted is gone from everywhere.

  Background:
    Given "ada" has registered
    And "bob" has registered
    And "bob" follows "ada"

  Scenario: A deleted message vanishes from every timeline
    Given "ada" has posted "regret"
    When "ada" deletes "regret"
    Then the timeline of "bob" is empty
    And "bob" does not find "regret"

  Scenario: A conversation goes on through a deleted message
    Given "ada" has posted "question"
    When "bob" replies "answer" to "question"
    And "ada" replies "doubt" to "answer"
    And "bob" replies "proof" to "doubt"
    And "bob" deletes "answer"
    Then "ada" does not find "answer"
    And "question" has 0 replies
    And the thread of "proof" leads over "question, (answer), doubt"
    And below "question" stand "(answer)"
    And below "answer" stand "doubt"

  Scenario: What nobody living answers leaves no trace in a conversation
    Given "ada" has posted "question"
    When "bob" replies "answer" to "question"
    And "bob" replies "more" to "answer"
    And "bob" gives up the account
    Then below "question" stand ""
    And "ada" does not find "answer"

  Scenario: Nobody deletes what is not theirs
    Given "ada" has posted "stays"
    When "bob" deletes "stays"
    Then the answer is 403 "ActorMustBeAuthor"

  Scenario: An account that is given up takes everything along
    Given "bob" has posted "about ada"
    And "ada" likes "about ada"
    And "ada" has posted "last words"
    When "ada" gives up the account
    Then the timeline of "bob" is:
      | text      | reposted by |
      | about ada |             |
    And "about ada" has 0 likes
    And "bob" follows 0 accounts
    And nobody is found under the handle of "ada"

  Scenario: The handle of an account that was given up stays taken
    Given "ada" gives up the account
    When somebody registers with the handle of "ada" in capital letters
    Then the answer is 409 "HandleMustBeFree"
