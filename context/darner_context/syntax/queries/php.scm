(namespace_definition name: (namespace_name) @name) @definition.module
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.interface
(enum_declaration name: (name) @name) @definition.enum
(enum_case name: (name) @name) @definition.field
(class_declaration name: (name) @name) @definition.class
(function_definition name: (name) @name) @definition.function
(method_declaration name: (name) @name) @definition.method
(const_element (name) @name) @definition.constant
(property_declaration (property_element (variable_name (name) @name))) @definition.field
(property_promotion_parameter name: [(variable_name (name) @name) (by_ref (variable_name (name) @name))]) @definition.field
(expression_statement (function_call_expression function: [(name) @_define (qualified_name (name) @_define)] arguments: (arguments . (argument [(string (string_content) @name) (encapsed_string (string_content) @name)]))) (#eq? @_define "define")) @definition.constant
(expression_statement (function_call_expression function: (name) @_alias arguments: (arguments (argument) . (argument [(string (string_content) @name) (encapsed_string (string_content) @name)]))) (#eq? @_alias "class_alias")) @definition.class
(program (expression_statement (assignment_expression left: (variable_name (name) @name) right: [(anonymous_function) (arrow_function)])) @definition.function)
