Feature: Exports
  An analyst takes a data set away, and later what has changed.

  Background:
    Given "ada" has registered

  Scenario: What changed leads from the earlier rows to the later ones
    Given "ada" has posted "Rooks again"
    And "ada" has posted "Jackdaws"
    And "ada" has posted "Ravens"
    And an analyst has taken the messages away
    When "ada" deletes "Jackdaws"
    And "ada" edits "Ravens" to "Crows"
    And "ada" posts "Magpies"
    And the analyst takes away what changed
    Then the analyst has of "ada":
      | text        |
      | Rooks again |
      | Crows       |
      | Magpies     |

  Scenario: Nobody else may
    When "ada" takes the messages away
    Then the answer is 403 "role-required"
