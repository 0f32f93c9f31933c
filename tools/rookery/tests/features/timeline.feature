Feature: Home timeline
  What those one follows wrote and reposted, and one's own, newest first.

  Background:
    Given "ada" has registered
    And "bob" has registered
    And "cleo" has registered

  Scenario: Messages of those one follows, and one's own
    Given "bob" follows "ada"
    When "ada" posts "first"
    And "cleo" posts "unseen"
    And "bob" posts "mine"
    Then the timeline of "bob" is:
      | text  | reposted by |
      | mine  |             |
      | first |             |

  Scenario: A new follow brings what was written before
    Given "ada" has posted "long ago"
    When "bob" follows "ada"
    Then the timeline of "bob" is:
      | text     | reposted by |
      | long ago |             |

  Scenario: An unfollow takes it out again
    Given "ada" has posted "long ago"
    And "bob" follows "ada"
    When "bob" unfollows "ada"
    Then the timeline of "bob" is empty

  Scenario: A repost shows who reposted
    Given "bob" follows "ada"
    And "cleo" has posted "worth reading"
    When "ada" reposts "worth reading"
    Then the timeline of "bob" is:
      | text          | reposted by |
      | worth reading | ada         |

  Scenario: A repost that is taken back vanishes
    Given "bob" follows "ada"
    And "cleo" has posted "worth reading"
    And "ada" reposts "worth reading"
    When "ada" takes back the repost of "worth reading"
    Then the timeline of "bob" is empty

  Scenario: One message stands once on a page
    Given "bob" follows "ada"
    And "bob" follows "cleo"
    And "cleo" has posted "seen twice"
    When "ada" reposts "seen twice"
    Then the timeline of "bob" is:
      | text       | reposted by |
      | seen twice | ada         |

  Scenario: What is new since the last one seen
    Given "bob" follows "ada"
    And "ada" has posted "seen"
    And "bob" has read the timeline
    When "ada" posts "new"
    Then what is new to "bob" is:
      | text |
      | new  |
