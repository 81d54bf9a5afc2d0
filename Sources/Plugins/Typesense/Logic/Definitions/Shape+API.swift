// The members that the API knows, from its description (typesense-api-spec, openapi.yml, version 30) and, where an older
// server calls them otherwise, from that one's pages.
extension Shape {
    static let collection = Shape(
        members: [
            "name": .text, "fields": .list(field), "default_sorting_field": .text, "token_separators": .texts,
            "symbols_to_index": .texts, "enable_nested_fields": .boolean, "metadata": .mapping,
            "synonym_sets": .texts, "curation_sets": .texts, "voice_query_model": .mapping,
        ], required: ["name", "fields"], ignored: ["num_documents", "created_at"], spoken: "a collection")

    static let field = Shape(
        members: [
            "name": .text, "type": .text, "optional": .boolean, "facet": .boolean, "index": .boolean, "locale": .text,
            "sort": .boolean, "infix": .boolean, "reference": .text, "async_reference": .boolean, "num_dim": .integer,
            "store": .boolean, "vec_dist": .oneOf(["cosine", "ip"]), "range_index": .boolean, "stem": .boolean,
            "stem_dictionary": .text, "token_separators": .texts, "symbols_to_index": .texts,
            "embed": .object(embed), "hnsw_params": .mapping,
        ], required: ["name", "type"], ignored: ["nested", "nested_array"], spoken: "a field")

    static let embed = Shape(
        members: ["from": .texts, "model_config": .object(model), "mapping": .texts],
        required: ["from", "model_config"],
        spoken: "'embed'")

    static let model = Shape(
        members: [
            "model_name": .text, "api_key": .text, "url": .text, "access_token": .text, "refresh_token": .text,
            "client_id": .text, "client_secret": .text, "project_id": .text, "indexing_prefix": .text,
            "query_prefix": .text,
        ], required: ["model_name"], spoken: "'model_config'")

    static let synonym = Shape(
        members: [
            "id": .text, "root": .text, "synonyms": .texts, "locale": .text, "symbols_to_index": .texts,
        ], required: ["id", "synonyms"], spoken: "a synonym")

    static let override = Shape(
        members: [
            "id": .text, "rule": .object(rule), "includes": .list(include), "excludes": .list(exclude),
            "filter_by": .text, "remove_matched_tokens": .boolean, "metadata": .mapping, "sort_by": .text,
            "replace_query": .text, "filter_curated_hits": .boolean, "effective_from_ts": .integer,
            "effective_to_ts": .integer, "stop_processing": .boolean,
        ], required: ["id", "rule"], spoken: "an override")
    private static let rule = Shape(
        members: ["query": .text, "match": .oneOf(["exact", "contains"]), "filter_by": .text, "tags": .texts],
        spoken: "'rule'")
    private static let include = Shape(
        members: ["id": .text, "position": .integer], required: ["id", "position"], spoken: "an include")
    private static let exclude = Shape(members: ["id": .text], required: ["id"], spoken: "an exclude")

    static let stopwords = Shape(
        members: ["stopwords": .texts, "locale": .text], required: ["stopwords"], ignored: ["id"],
        spoken: "a stopwords set")
    static let preset = Shape(
        members: ["value": .mapping], required: ["value"], ignored: ["name"], spoken: "a preset")
    static let analytics = Shape(
        members: [
            "type": .text, "params": .mapping, "collection": .text, "event_type": .text, "rule_tag": .text,
        ], required: ["type"], ignored: ["name"], spoken: "an analytics rule")
    static let key = Shape(
        members: [
            "description": .text, "actions": .texts, "collections": .texts, "expires_at": .integer, "value": .text,
        ], required: ["description", "actions", "collections", "value"], ignored: ["id", "value_prefix"],
        spoken: "a key")
    static let alias = Shape(
        members: ["collection_name": .text], required: ["collection_name"], ignored: ["name"], spoken: "an alias")
}
