Feature: Likes
  A like says that somebody enjoyed a message; it can be taken back.

  Background:
    Given "ada" has registered
    And "bob" has registered
    And "ada" has posted "Rooks again"

  Scenario: A like is counted once
    When "bob" likes "Rooks again"
    And "bob" likes "Rooks again"
    Then "Rooks again" has 1 likes
    And "Rooks again" is liked by "bob"
    And "ada" is notified:
      | who | kind  |
      | bob | liked |

  Scenario: A like that is taken back leaves nothing
    Given "bob" likes "Rooks again"
    When "bob" unlikes "Rooks again"
    Then "Rooks again" has 0 likes
    And "ada" is notified of nothing

  Scenario: What does not exist cannot be liked
    When "bob" likes the message 256000000
    Then the answer is 404 "MessageMustExist"

  Scenario: Read notifications are read
    Given "bob" likes "Rooks again"
    When "ada" marks the notifications as read
    Then "ada" has 0 unread notifications
