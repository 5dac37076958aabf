(derived_type_definition (derived_type_statement (type_name) @name)) @definition.class
(derived_type_definition (variable_declaration declarator: [(identifier) @name (init_declarator left: (identifier) @name)]) @definition.field)
(program (program_statement (name) @name)) @definition.module
(module (module_statement (name) @name)) @definition.module
(module (variable_declaration declarator: [(identifier) @name (init_declarator left: (identifier) @name)]) @definition.constant)
(submodule (submodule_statement (module_name) (name) @name)) @definition.module
(interface (interface_statement (name) @name)) @definition.interface
(function (function_statement (name) @name)) @definition.function
(subroutine (subroutine_statement (name) @name)) @definition.function
(procedure_statement declarator: (method_name) @name) @definition.field
