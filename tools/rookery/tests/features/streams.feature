Feature: Streams
  What happens, as it happens, to whoever follows it.

  Background:
    Given "ada" has registered
    And "bob" has registered

  Scenario: What an author does comes as it happens
    When "bob" streams what "ada" does
    And "ada" posts "first"
    And "ada" edits "first" to "better"
    And "ada" deletes "first"
    And "ada" posts "second"
    Then the stream of "bob" tells:
      | event           | message |
      | message.posted  | first   |
      | message.edited  | first   |
      | message.deleted | first   |
      | message.posted  | second  |

  Scenario: A stream goes on where it was left
    When "bob" streams what "ada" does
    And "ada" posts "first"
    Then the stream of "bob" tells:
      | event          | message |
      | message.posted | first   |
    When the stream of "bob" breaks
    And "ada" posts "second"
    And "bob" comes back to the stream
    And "ada" posts "third"
    Then the stream of "bob" tells:
      | event          | message |
      | message.posted | second  |
      | message.posted | third   |

  Scenario: Who is blocked hears nothing
    Given "cleo" has registered
    And "ada" blocks "bob"
    When "bob" streams what is tagged "quiet"
    And "ada" posts "not for him" tagged "quiet"
    And "cleo" posts "for everybody" tagged "quiet"
    Then the stream of "bob" tells:
      | event          | message       |
      | message.posted | for everybody |
    When "ada" takes back the block of "bob"
    And "ada" posts "for him, too" tagged "quiet"
    Then the stream of "bob" tells:
      | event          | message      |
      | message.posted | for him, too |
