(function_definition name: (word) @name) @definition.function
(program (variable_assignment name: (variable_name) @name) @definition.constant)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.constant)
(program (declaration_command ["declare" "typeset" "readonly"] (variable_name) @name) @definition.constant)
(program (if_statement (variable_assignment name: (variable_name) @name) @definition.constant))
(command name: (command_name (word) @_alias) argument: [(concatenation . (word) @name @definition.function) (word) @name @definition.function] (#eq? @_alias "alias") (#match? @name "^[A-Za-z_.:-][A-Za-z0-9_.:-]*="))
