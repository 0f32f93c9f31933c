Feature: Posting
  People write short messages, tag them, answer each other, and change their mind.

  Background:
    Given "ada" has registered
    And "bob" has registered

  Scenario: A message is read with its author
    When "ada" posts "The nightjars are back" tagged "birds"
    Then "bob" reads "The nightjars are back" by "ada"
    And "The nightjars are back" is found under the tag "birds"

  Scenario: An answer is counted and listed
    Given "ada" has posted "Who is awake?"
    When "bob" replies "Me" to "Who is awake?"
    Then "Who is awake?" has 1 replies
    And the replies to "Who is awake?" are:
      | text |
      | Me   |
    And "ada" is notified:
      | who | kind    |
      | bob | replied |

  Scenario: What somebody answers to others is listed by itself
    Given "ada" has posted "Who is awake?"
    And "bob" has posted "Good night"
    When "bob" replies "Me" to "Who is awake?"
    And "bob" replies "Nobody" to "Who is awake?"
    And "bob" replies "Still me" to "Who is awake?"
    And "bob" deletes "Nobody"
    Then the replies by "bob" are:
      | text     |
      | Still me |
      | Me       |

  Scenario: Nobody edits what is not theirs
    Given "ada" has posted "Mine"
    When "bob" edits "Mine" to "Ours"
    Then the answer is 403 "ActorMustBeAuthor"

  Scenario: An empty message is refused
    When "ada" posts "   "
    Then the answer is 422 "TextMustNotBeEmpty"
