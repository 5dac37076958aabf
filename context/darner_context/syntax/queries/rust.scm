(function_item name: (identifier) @name) @definition.function
(function_signature_item name: (identifier) @name) @definition.function
(struct_item name: (type_identifier) @name) @definition.class
(enum_item name: (type_identifier) @name) @definition.enum
(union_item name: (type_identifier) @name) @definition.class
(trait_item name: (type_identifier) @name) @definition.interface
(type_item name: (type_identifier) @name) @definition.type
(associated_type name: (type_identifier) @name) @definition.type
(mod_item name: (identifier) @name body: (declaration_list)) @definition.module
(macro_definition name: (identifier) @name) @definition.macro
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.constant
(field_declaration name: (field_identifier) @name) @definition.field
(enum_variant name: (identifier) @name) @definition.field
(impl_item type: [(type_identifier) @name (generic_type type: (type_identifier) @name) (scoped_type_identifier name: (type_identifier) @name) (reference_type (type_identifier) @name)]) @scope
(source_file (macro_invocation (token_tree ["struct" "enum" "union" "trait" "type"] . (identifier) @name)) @definition.class)
(source_file (expression_statement (macro_invocation (token_tree ["struct" "enum" "union" "trait" "type"] . (identifier) @name))) @definition.class)
(source_file (macro_invocation (token_tree ["const" "static"] . (identifier) @name (#not-eq? @name "ref"))) @definition.constant)
(source_file (macro_invocation (token_tree "static" . (identifier) @_ref . (identifier) @name (#eq? @_ref "ref"))) @definition.constant)
(source_file (macro_invocation (token_tree ["struct" "enum" "union"] (token_tree "const" . (identifier) @name))) @definition.constant)
(source_file (macro_invocation (token_tree "fn" . (identifier) @name)) @definition.function)
(source_file (expression_statement (macro_invocation macro: (identifier) @_macro (token_tree . (identifier) @name)) (#match? @name "^[A-Z]") (#not-match? @_macro "^(assert|static_assert|const_assert|impl_|forward|print|eprint|panic|debug|info|warn|error|trace|todo|test|bench|criterion)")) @definition.class)
