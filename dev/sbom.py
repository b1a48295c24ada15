"""The SBOM beside the package: the app, the one third party inside it, their licences and hashes, as CycloneDX JSON.
No clock and no random number: the same package has the same SBOM.
"""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from dev.vendor import Pin

SCHEMA = SchemaVersion.V1_6


def sbom(name: str, version: str, released: datetime, sha256: str, third_party: Pin) -> str:
    """The SBOM's text. sha256: of the package; released: with a time zone; third_party: what lib/ holds."""
    app = Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=name,
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )
    purl = PackageURL("pypi", None, third_party.name, third_party.version)
    library = Component(
        name=third_party.name,
        version=third_party.version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.SOURCE_DISTRIBUTION,
                url=XsUri(f"https://pypi.org/project/{third_party.name}/{third_party.version}/"),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=third_party.sha256)],
            )
        ],
    )
    bom = Bom(
        components=[library],
        serial_number=uuid5(NAMESPACE_URL, f"{name}:{sha256}"),
        metadata=BomMetaData(component=app, timestamp=released),
    )
    bom.register_dependency(app, [library])
    return make_outputter(bom, OutputFormat.JSON, SCHEMA).output_as_string(indent=2) + "\n"
