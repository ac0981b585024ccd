"""The warehouse: a Snowflake account, or an emulator of one for laptops and demos."""

from typing import ClassVar, Literal

from pydantic import Field

from winepipeline_operator.spec.form import Account, Identifier, StorageClassName, TableName
from winepipeline_operator.spec.part import Part
from winepipeline_operator.spec.rule import Rule, Transition
from winepipeline_operator.spec.secret import SecretReference

Authentication = Literal["Password", "KeyPair"]


class Emulator(Part):
    """An emulator of Snowflake beside the pipeline, for laptops, kind and demos."""

    upload_seconds: float = Field(
        default=0,
        ge=0,
        le=60,
        description="How many seconds each upload takes at least: an account is far away, and the emulator is not. "
        "With it a consumer is as slow as in earnest, and scaling is seen at moderate loads.",
        examples=[0.5],
    )
    storage_class_name: StorageClassName | None = Field(
        default=None,
        description="The StorageClass of its volume; without it the cluster's default one. It cannot be changed later.",
        examples=["ssd"],
    )

    transition_rules: ClassVar[tuple[Transition["Emulator"], ...]] = (
        Transition(
            name="emulator-storage-class-immutable",
            field="storageClassName",
            cel="has(self.storageClassName) == has(oldSelf.storageClassName) && "
            "(!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)",
            message="a volume's StorageClass cannot be changed: write the one that was there, or create a second "
            "WinePipeline",
            holds=lambda old, new: new.storage_class_name == old.storage_class_name,
        ),
    )


class Snowflake(Part):
    """A Snowflake account, and the table that the events go to."""

    account: Account = Field(
        description="The account's identifier, organization-account; not its web address.", examples=["caves-albert"]
    )
    user: Identifier | None = Field(
        default=None,
        description="The user to log in as. Without it the key `user` of the Secret is read.",
        examples=["WINEPIPELINE"],
    )
    authentication: Authentication = Field(
        default="Password",
        description="Password: the Secret has the key `password`. KeyPair: the Secret has the key `privateKey` (PEM) "
        "and, where the key is encrypted, `privateKeyPassphrase`. Snowflake asks for KeyPair for service users.",
        examples=["KeyPair"],
    )
    role: Identifier | None = Field(
        default=None,
        description="The role to work with. Without it the user's default role is used.",
        examples=["LOADER"],
    )
    warehouse: Identifier = Field(
        default="COMPUTE_WH", description="The virtual warehouse that does the work.", examples=["COMPUTE_WH"]
    )
    database: Identifier = Field(
        default="WINE_SALES_DB",
        description="The database. It is created if it is missing and the role may.",
        examples=["WINE_SALES_DB"],
    )
    schema_name: Identifier = Field(
        default="RAW_DATA",
        alias="schema",
        description="The schema. It is created if it is missing and the role may.",
        examples=["RAW_DATA"],
    )
    table: TableName = Field(
        default="RAW_EVENTS_STREAM",
        description="The table. It is created if it is missing, "
        "with the ledger and the table of rejects beside it (the same name with a suffix).",
        examples=["RAW_EVENTS_STREAM"],
    )
    credentials_secret: SecretReference = Field(
        description="The Secret with the credentials; authentication says which keys it has.",
        examples=[{"name": "snowflake"}],
    )

    cross_field_rules: ClassVar[tuple[Rule["Snowflake"], ...]] = (
        Rule(
            name="account-is-no-address",
            field="account",
            cel="!self.account.endsWith('.snowflakecomputing.com')",
            message="account is the identifier alone: leave out .snowflakecomputing.com",
            holds=lambda snowflake: not snowflake.account.endswith(".snowflakecomputing.com"),
        ),
    )


class Warehouse(Part):
    """Where the events are loaded: exactly one of the two."""

    emulator: Emulator | None = Field(
        default=None,
        description="An emulator of Snowflake beside the pipeline, for laptops, kind and demos.",
        examples=[{}],
    )
    snowflake: Snowflake | None = Field(
        default=None,
        description="A Snowflake account.",
        examples=[{"account": "caves-albert", "credentialsSecret": {"name": "snowflake"}}],
    )

    cross_field_rules: ClassVar[tuple[Rule["Warehouse"], ...]] = (
        Rule(
            name="one-warehouse",
            field="emulator",
            cel="has(self.emulator) != has(self.snowflake)",
            message="give exactly one of emulator and snowflake: `emulator: {}` runs an emulator, "
            "`snowflake: {account: …, credentialsSecret: {name: …}}` loads into your account",
            holds=lambda warehouse: (warehouse.emulator is None) != (warehouse.snowflake is None),
        ),
    )
