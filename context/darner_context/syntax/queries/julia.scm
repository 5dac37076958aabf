(function_definition (signature (call_expression . (identifier) @name))) @definition.function
(function_definition (signature (typed_expression (call_expression . (identifier) @name)))) @definition.function
(assignment . (call_expression . (identifier) @name)) @definition.function
(struct_definition (type_head (identifier) @name)) @definition.class
(struct_definition (type_head (binary_expression . (identifier) @name))) @definition.class
(abstract_definition (type_head (identifier) @name)) @definition.class
(module_definition name: (identifier) @name) @definition.module
(macro_definition (signature (call_expression . (identifier) @name))) @definition.macro
(const_statement (assignment . (identifier) @name)) @definition.constant
