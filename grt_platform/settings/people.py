"""Settings of sign-in: passwords, the directory, OpenID Connect, what commands send."""

from typing import Literal

from pydantic import Field, SecretStr

from grt_platform.settings.part import Part


class PeopleSettings(Part):
    """Who signs in, and how: passwords here, a directory, an OpenID Connect provider."""

    trusted_proxies: str = Field(
        "", description="Addresses or networks, by commas, whose X-Forwarded-For and -Proto are believed"
    )
    sign_in: Literal["local", "ldap"] = Field(
        "local", description="Who checks passwords: `local` hashes in Postgres, or an `ldap` directory"
    )
    password_length: int = Field(12, ge=8, le=128, description="Least characters of a local password")
    session_idle_s: int = Field(4 * 3600, ge=60, description="Seconds without a request after which a sign-in ends")
    session_s: int = Field(24 * 3600, ge=60, description="Seconds after which a sign-in ends however busy it is")
    ldap_people_base: str = Field("", description="Entry below which people are looked up who sign in")
    ldap_people_name: str = Field("uid", description="Attribute that holds the name to sign in with")
    ldap_people_title: str = Field("cn", description="Attribute that holds the name people see")
    oidc_issuer: str = Field(
        "", description="OpenID Connect provider to sign in with as well, https://...; no other issuer is believed"
    )
    oidc_client_id: str = Field("", description="Name of this platform at that provider")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Its secret there; empty for a public client")
    oidc_title: str = Field("single sign-on", description="What the button of that provider says")
    ldap_url: str = Field(
        "", description="The directory, ldap://host:port or ldaps://host:port; empty where there is none"
    )
    ldap_starttls: bool = Field(default=False, description="Encrypt an ldap:// connection before anything else is said")
    ldap_ca_file: str = Field(
        "", description="Certificates (PEM) that vouch for the directory; empty takes those of the machine"
    )
    ldap_bind_dn: str = Field("", description="Entry that searches the directory; empty searches anonymously")
    ldap_bind_password: SecretStr = Field(SecretStr(""), description="Password of that entry")
    ldap_timeout_s: int = Field(10, ge=1, description="Longest wait for the directory: to connect, and for each answer")
    ldap_page_size: int = Field(500, ge=1, description="Entries that one answer of the directory holds at most")
    token: SecretStr = Field(
        SecretStr(""), description="Access token that commands send; empty for the one kept at sign-in"
    )
    project: str = Field("default", description="Project that commands mean when none is named")
