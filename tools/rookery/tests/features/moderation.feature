Feature: Moderation
  People report what harms them; moderators decide, and what they decide can be undone.

  Background:
    Given "ada" has registered
    And "bob" has registered
    And "mo" has registered
    And an operator makes "mo" a moderator
    And "bob" has posted "Buy now"

  Scenario: A report waits for moderators, and for nobody else
    When "ada" reports "Buy now" as "spam"
    Then "mo" sees a report of "Buy now" as "spam"
    When "ada" looks at the reports
    Then the answer is 403 "role-required"

  Scenario: A report that is settled waits no more
    Given "ada" reports "Buy now" as "spam"
    When "mo" dismisses the report
    Then "mo" sees no report of "Buy now"

  Scenario: Whoever is warned is told why, and goes on
    When "mo" warns "bob" for "spam"
    Then "bob" is told of "warn" for "spam"
    And "bob" may post "Sorry"

  Scenario: Whoever is silenced is heard by followers alone
    Given "cleo" has registered
    And "cleo" follows "bob"
    When "mo" silences "bob" for "harassment"
    And "bob" posts "Louder" tagged "noise"
    Then "ada" does not find "Louder" under the tag "noise"
    And "cleo" finds "Louder" under the tag "noise"

  Scenario: Whoever is suspended is out, and gone for all but moderators
    When "mo" suspends "bob" for "spam"
    And "bob" posts "Still here"
    Then the answer is 401 "token-revoked"
    When "bob" logs in with the password "correct horse battery"
    Then the answer is 403 "account-suspended"
    And "ada" does not find "Buy now"
    And "mo" reads "Buy now" by "bob"
    And "mo" sees that "bob" is "suspended"

  Scenario: A suspension that was wrong is undone
    Given "mo" suspends "bob" for "other"
    When "mo" lifts what holds against "bob"
    And "bob" logs in
    Then "bob" may post "I am back"
    And "ada" reads "Buy now" by "bob"

  Scenario: Only moderators moderate
    When "ada" warns "bob" for "spam"
    Then the answer is 403 "role-required"
    When an operator takes the role of a moderator from "mo"
    And "mo" logs in
    And "mo" warns "bob" for "spam"
    Then the answer is 403 "role-required"
