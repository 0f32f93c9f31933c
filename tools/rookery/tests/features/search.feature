Feature: Search
  What was written is found by its words and by its tags, and only as it stands now.

  Background:
    Given "ada" has registered
    And "bob" has registered

  Scenario: Words are found in any order and any case, the newest first
    Given "ada" has posted "A nightjar at dusk"
    And "ada" has posted "Dusk, and no owl"
    Then "bob" finds of "ada" with the words "DUSK":
      | text               |
      | Dusk, and no owl   |
      | A nightjar at dusk |
    And "bob" finds of "ada" with the words "dusk -owl":
      | text               |
      | A nightjar at dusk |

  Scenario: An edited message is found by its new text alone
    Given "ada" has posted "A nightjar"
    When "ada" edits "A nightjar" to "An owl"
    Then "bob" finds of "ada" nothing with the words "nightjar"
    And "bob" finds of "ada" with the words "owl":
      | text   |
      | An owl |

  Scenario: A deleted message is not found
    Given "ada" has posted "A nightjar"
    When "ada" deletes "A nightjar"
    Then "bob" finds of "ada" nothing with the words "nightjar"

  Scenario: Tags are combined
    When "ada" posts "Both" tagged "birds" and "dusk"
    And "ada" posts "Birds alone" tagged "birds"
    And "ada" posts "Dusk alone" tagged "dusk"
    Then "bob" finds of "ada" with the tags "tagAll=birds&tagAll=dusk":
      | text |
      | Both |
    And "bob" finds of "ada" with the tags "tagAny=birds&tagAny=dusk&tagNone=Dusk":
      | text        |
      | Birds alone |
    And "bob" finds of "ada" with the tags "tagAny=birds&tagAny=dusk":
      | text        |
      | Dusk alone  |
      | Birds alone |
      | Both        |
