//! Which operations show the rows of a data set. Each of them is in the description of the API, which a test holds.

/// Addresses below that of the system, with the names of their parameters in braces.
pub(super) fn of(data_set: &str) -> &'static [&'static str] {
    match data_set {
        "messages" => &["/v1/messages", "/v1/messages/{id}", "/v1/search"],
        "message_stats" => &["/v1/messages/{id}"],
        "message_editions" => &["/v1/messages/{id}/history"],
        "tag_counts" => &["/v1/messages/counts", "/v1/tags"],
        "accounts" => &["/v1/accounts/{id}", "/v1/accounts/by-handle/{handle}"],
        "account_stats" => &["/v1/accounts/{id}"],
        "follows" => &["/v1/accounts/{id}/followers", "/v1/accounts/{id}/following"],
        "likes" => &["/v1/messages/{id}/likes", "/v1/accounts/{id}/likes"],
        "reposts" => &["/v1/messages/{id}/reposts"],
        "moderation_actions" => &["/v1/moderation/actions"],
        "reports" => &["/v1/reports"],
        "data_sets" | "projections" => &["/v1/projections"],
        _ => &[],
    }
}
