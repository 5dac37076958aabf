(subroutine_declaration_statement name: (bareword) @name) @definition.function
(package_statement name: (package) @name) @definition.module
(use_statement module: (package) @_use (list_expression . (autoquoted_bareword) @name) (#eq? @_use "constant")) @definition.constant
(use_statement module: (package) @_use (anonymous_hash_expression (list_expression (autoquoted_bareword) @name @definition.constant)) (#eq? @_use "constant"))
(source_file (expression_statement [(variable_declaration [variable: (_ (varname) @name) variables: (_ (varname) @name)]) (assignment_expression left: (variable_declaration [variable: (_ (varname) @name) variables: (_ (varname) @name)]))]) @definition.constant)
(source_file (expression_statement (assignment_expression left: (variable_declaration variable: (scalar (varname) @name)) right: (anonymous_subroutine_expression))) @definition.function)
(expression_statement (ambiguous_function_call_expression function: (function) @_has arguments: (list_expression . [(interpolated_string_literal (string_content) @name) (string_literal (string_content) @name) (autoquoted_bareword) @name])) (#eq? @_has "has")) @definition.field
(expression_statement (ambiguous_function_call_expression function: (function) @_has arguments: (list_expression . (anonymous_array_expression (list_expression [(interpolated_string_literal (string_content) @name) (string_literal (string_content) @name)] @definition.field)))) (#eq? @_has "has"))
