@{
    RootModule        = 'FakeHyperV.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '5f6a9f0e-3a5b-4c0b-9d0e-7b7b6f0f6a11'
    Author            = 'hyperv-operator'
    Description       = 'The Windows-only cmdlets that the host agent uses, over a folder of JSON files.'
    PowerShellVersion = '5.1'
    FunctionsToExport = '*'
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
