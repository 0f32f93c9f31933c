Feature: Bookmarks
  A bookmark keeps a message to be found again. It is nobody's business but the reader's.

  Background:
    Given "ada" has registered
    And "bob" has registered
    And "ada" has posted "Rooks again"
    And "ada" has posted "Jackdaws"

  Scenario: The newest bookmark comes first
    When "bob" bookmarks "Jackdaws"
    And "bob" bookmarks "Rooks again"
    And "bob" bookmarks "Rooks again"
    Then the bookmarks of "bob" are:
      | text        |
      | Rooks again |
      | Jackdaws    |

  Scenario: Nobody is told of a bookmark
    When "bob" bookmarks "Rooks again"
    Then "ada" is notified of nothing
    And "ada" has no bookmarks

  Scenario: A bookmark that is taken back is gone
    Given "bob" bookmarks "Rooks again"
    When "bob" takes back the bookmark of "Rooks again"
    Then "bob" has no bookmarks

  Scenario: A deleted message leaves the bookmarks
    Given "bob" bookmarks "Rooks again"
    When "ada" deletes "Rooks again"
    Then "bob" has no bookmarks

  Scenario: The messages of an account that is given up leave the bookmarks
    Given "bob" bookmarks "Rooks again"
    When "ada" gives up the account
    Then "bob" has no bookmarks

  Scenario: What does not exist cannot be bookmarked
    When "bob" bookmarks the message 256000000
    Then the answer is 404 "MessageMustExist"
