Feature: Logging in at an OpenID provider
  People come in with the account that they have elsewhere, and stay who they are.

  Scenario: A newcomer chooses a handle, and needs no password
    When "ada" logs in at the provider
    Then the answer is 403 "oidc-not-linked"
    When "ada" registers with that log-in
    And "ada" logs in at the provider
    Then the answer is 201 ""
    And "ada" may post "Hello from elsewhere"
    When "ada" logs in with the password "correct horse battery"
    Then the answer is 401 "credentials-invalid"

  Scenario: Who has an account links it, and is the same person
    Given "ada" has registered
    When "ada" posts "Before"
    And "ada" links the account at the provider
    And "ada" logs in at the provider
    And "ada" deletes "Before"
    Then the answer is 204 ""

  Scenario: A link that was taken away opens nothing
    Given "ada" has registered
    And "ada" links the account at the provider
    When "ada" takes the link away
    And "ada" logs in at the provider
    Then the answer is 403 "oidc-not-linked"

  Scenario: The last way in stays
    Given "ada" logs in at the provider
    And "ada" registers with that log-in
    And "ada" logs in at the provider
    When "ada" takes the link away with a log-in at the provider
    Then the answer is 409 "last-way-in"

  Scenario: A second factor is asked for here, too
    Given "ada" has registered
    And "ada" links the account at the provider
    And "ada" has turned on a second factor
    When "ada" logs in at the provider
    Then the answer is 401 "otp-required"

  Scenario: Nobody ends a log-in that somebody else began
    Given "eve" begins to log in at the provider
    When "ada" is led to end the log-in of "eve"
    Then the answer is 422 "oidc-authorization-invalid"

  Scenario: Whoever gave up the account comes back as somebody new
    Given "ada" logs in at the provider
    And "ada" registers with that log-in
    And "ada" logs in at the provider
    And "ada" gives up the account
    When "ada" logs in at the provider
    Then the answer is 403 "oidc-not-linked"
