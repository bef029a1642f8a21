@{
    RootModule = 'HyperVOperator.psm1'
    ModuleVersion = '1.0.0'
    GUID = '6b0f3a52-6a0e-4e0a-9d5e-0a4b2f1c7d31'
    Author = 'hyperv-operator'
    Description = 'The one command of the hyperv-operator endpoint (JEA): it runs the agent''s jobs.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Invoke-HvoJob')
    CmdletsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
}
