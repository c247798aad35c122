"""What a catalogue record must meet, as SHACL in our own words: DCAT-AP 3.0.1's mandatory parts, and Order 809 art. 13.

DCAT-AP's own shapes file can be given instead; it is not part of this product. What Order 809 asks and a source from
elsewhere cannot know is a Warning here, not a Violation.
"""

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix o: <urn:jingwei:order809:> .

o:CatalogShape a sh:NodeShape ; sh:targetClass dcat:Catalog ;
    sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] , [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ,
        [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] .

o:AgentShape a sh:NodeShape ; sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .

o:Moment a sh:NodeShape ; sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:dateTime ] [ sh:datatype xsd:gYear ] [ sh:datatype xsd:gYearMonth ] ) .

o:DatasetShape a sh:NodeShape ; sh:targetClass dcat:Dataset ;
    sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] , [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ,
        [ sh:path dct:publisher ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path dct:accrualPeriodicity ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path dcat:theme ; sh:nodeKind sh:IRI ] , [ sh:path dcat:distribution ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path dct:issued ; sh:maxCount 1 ; sh:node o:Moment ] , [ sh:path dct:modified ; sh:maxCount 1 ; sh:node o:Moment ] .

o:DistributionShape a sh:NodeShape ; sh:targetClass dcat:Distribution ;
    sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] , [ sh:path dct:license ; sh:maxCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ,
        [ sh:path dcat:byteSize ; sh:maxCount 1 ; sh:datatype xsd:nonNegativeInteger ] ,
        [ sh:path dct:issued ; sh:maxCount 1 ; sh:node o:Moment ] , [ sh:path dct:modified ; sh:maxCount 1 ; sh:node o:Moment ] .

o:Article13 a sh:NodeShape ; sh:targetClass dcat:Dataset ;
    sh:property [ sh:path dct:publisher ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the provider" ] ,
        [ sh:path o:item ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the data items" ] ,
        [ sh:path ( dcat:distribution dct:format ) ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the format" ] ,
        [ sh:path dct:accrualPeriodicity ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the update frequency" ] ,
        [ sh:path o:sharing ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the sharing attribute" ] ,
        [ sh:path o:sharingMode ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the sharing mode" ] ,
        [ sh:path o:useConditions ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the conditions of use" ] ,
        [ sh:path o:grade ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "Order 809 art. 13: the classification grade" ] .

o:Article14 a sh:NodeShape ; sh:targetSubjectsOf o:sharing ;
    sh:property [ sh:path o:sharing ; sh:maxCount 1 ; sh:in ( "unconditional" "conditional" "none" ) ; sh:message "Order 809 art. 14: one of three sharing attributes" ] ;
    sh:or ( [ sh:property [ sh:path o:sharing ; sh:hasValue "unconditional" ] ]
            [ sh:property [ sh:path o:sharing ; sh:hasValue "conditional" ] , [ sh:path o:useConditions ; sh:minCount 1 ] ]
            [ sh:property [ sh:path o:sharing ; sh:hasValue "none" ] , [ sh:path o:sharingBasis ; sh:minCount 1 ] ] ) ;
    sh:message "Order 809 art. 14-15: conditional sharing lists scope and use; no sharing names the law, regulation or decision" .
"""
