(function_definition declarator: (function_declarator declarator: (identifier) @name)) @definition.function
(class_interface . (identifier) @name) @definition.class
(class_implementation . (identifier) @name) @definition.class
(protocol_declaration . (identifier) @name) @definition.interface
(method_declaration (identifier) @name) @definition.method
(method_definition (identifier) @name) @definition.method
(preproc_def name: (identifier) @name) @definition.macro
