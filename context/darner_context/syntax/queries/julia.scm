(function_definition (signature [(call_expression . [(identifier) @name (field_expression (identifier) @name .)]) (typed_expression (call_expression . (identifier) @name)) (where_expression [(call_expression . [(identifier) @name (field_expression (identifier) @name .)]) (typed_expression (call_expression . (identifier) @name))])])) @definition.function
(assignment . [(call_expression . [(identifier) @name (field_expression (identifier) @name .)]) (typed_expression . (call_expression . (identifier) @name)) (where_expression (call_expression . (identifier) @name))]) @definition.function
(struct_definition (type_head [(identifier) @name (parametrized_type_expression . (identifier) @name) (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)])])) @definition.class
(struct_definition [(typed_expression . (identifier) @name) (assignment . (typed_expression . (identifier) @name))] @definition.field)
(abstract_definition (type_head [(identifier) @name (parametrized_type_expression . (identifier) @name) (binary_expression . (identifier) @name)])) @definition.class
(primitive_definition (type_head (identifier) @name)) @definition.class
(module_definition name: (identifier) @name) @definition.module
(macro_definition (signature (call_expression . (identifier) @name))) @definition.macro
(const_statement (assignment . (identifier) @name)) @definition.constant
(source_file (assignment . (identifier) @name) @definition.constant)
(global_statement (assignment . (identifier) @name)) @definition.constant
(macrocall_expression (macro_identifier (identifier) @_enum) (macro_argument_list (identifier) @name @definition.field) (#eq? @_enum "enum"))
(macrocall_expression (macro_identifier (identifier) @_enum) (macro_argument_list . (identifier) @name) (#eq? @_enum "enum")) @definition.enum
