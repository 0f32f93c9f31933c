//! What a caller may do beyond the ordinary.

use std::fmt;

/// A role. It comes with the identity: a token, or the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Role {
    User = 1,
    /// May count and compare.
    Analyst = 2,
    /// May import and repair.
    Operator = 4,
    Admin = 8,
    /// May look after reports, and act on accounts.
    Moderator = 16,
    /// May take the events.
    Consumer = 32,
}

impl Role {
    pub const ALL: [Self; 6] =
        [Self::User, Self::Analyst, Self::Consumer, Self::Operator, Self::Moderator, Self::Admin];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Analyst => "analyst",
            Self::Consumer => "consumer",
            Self::Operator => "operator",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A set of roles. No role implies another: what an operation needs is written at the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    #[must_use]
    pub const fn none() -> Self {
        Self(0)
    }

    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role as u8)
    }

    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role as u8 != 0
    }

    /// Names that mean nothing to us are skipped: a shared issuer may know roles of other systems.
    #[must_use]
    pub fn from_names<'name>(names: impl IntoIterator<Item = &'name str>) -> Self {
        names.into_iter().filter_map(Role::from_name).collect()
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::none(), Self::with)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
