//! The keys of the provider, and what somebody without them would try.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// What providers sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

pub(super) struct ProviderKey {
    kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
    Ed(Ed25519KeyPair),
}

/// Where the modulus of 2,048 bits begins in the DER of a public key: behind two heads and a zero byte.
const MODULUS_AT: usize = 9;
const MODULUS_BYTES: usize = 256;

impl ProviderKey {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let pair = match algorithm {
            Algorithm::Rs256 => {
                Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).expect("there is randomness")))
            }
            Algorithm::Es256 => Pair::Ec(Box::new(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("there is randomness"),
            )),
            Algorithm::EdDsa => Pair::Ed(Ed25519KeyPair::generate().expect("there is randomness")),
        };
        Self { kid: format!("key-{}", MADE.fetch_add(1, Ordering::Relaxed)), pair }
    }

    pub(super) fn public_jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let der = pair.public_key().as_ref();
                let modulus = &der[MODULUS_AT..MODULUS_AT + MODULUS_BYTES];
                json!({"kty": "RSA", "n": encode(modulus), "e": "AQAB", "alg": "RS256"})
            }
            Pair::Ec(pair) => {
                // An uncompressed point: 4, x, y.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y), "alg": "ES256"})
            }
            Pair::Ed(pair) => {
                let public = pair.public_key().as_ref();
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(public), "alg": "EdDSA"})
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    pub(super) fn sign(&self, said: &Value) -> String {
        let input = self.input(self.name(), said);
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; MODULUS_BYTES];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
                    .expect("it signs");
                signature
            }
            Pair::Ec(pair) => {
                pair.sign(&SystemRandom::new(), input.as_bytes()).expect("it signs").as_ref().to_vec()
            }
            Pair::Ed(pair) => pair.sign(input.as_bytes()).as_ref().to_vec(),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Without the private key: nothing for `none`, and for `HS256` the public key as the secret.
    pub(super) fn forge(&self, algorithm: &str, said: &Value) -> String {
        let input = self.input(algorithm, said);
        if algorithm == "none" {
            return format!("{input}.");
        }
        let public = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_der().expect("it has a form").as_ref().to_vec(),
            Pair::Ec(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed(pair) => pair.public_key().as_ref().to_vec(),
        };
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn input(&self, algorithm: &str, said: &Value) -> String {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": self.kid});
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", encode(&header), encode(said))
    }

    fn name(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::Ec(_) => "ES256",
            Pair::Ed(_) => "EdDSA",
        }
    }
}
