BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $jea = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../jea")

    function ConvertTo-Job {
        param([string] $Json)
        [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Json))
    }

    function Invoke-There {
        # Runs a command in the endpoint as WinRM does: by its name, with pipeline input, never as text.
        param([string] $Command, [object[]] $PipelineInput = @(), [hashtable] $Parameters = @{})
        $shell = [powershell]::Create()
        $shell.Runspace = $there
        try {
            $null = $shell.AddCommand($Command).AddParameters($Parameters)
            if ($PipelineInput.Count -gt 0) { $output = $shell.Invoke($PipelineInput) } else { $output = $shell.Invoke() }
            @{ Output = @($output); Records = @($shell.Streams.Information); Errors = @($shell.Streams.Error) }
        }
        finally { $shell.Dispose() }
    }

    # The agent and the modules of a host, as far as they matter here.
    $agent = Join-Path $TestDrive 'agent'
    $modules = Join-Path $TestDrive 'modules'
    $null = New-Item -ItemType Directory -Path $agent, "$modules/Hyper-V"
    Copy-Item -LiteralPath "$jea/HyperVOperator" -Destination $modules -Recurse
    Set-Content -LiteralPath "$modules/Hyper-V/Hyper-V.psm1" -Value 'function Get-VM { "a machine" }'
    Set-Content -LiteralPath "$modules/HyperVOperator/endpoint.json" -Value (ConvertTo-Json @{ agent = $agent })
    $script = @'
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$job = @($input)[0]
Write-Information -MessageData '{"type":"step"}' -Tags 'HyperVOperator'
"NAME $($ExecutionContext.SessionState.LanguageMode)"
Get-VM
@(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'data.txt'))
[System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($job))
'@
    Set-Content -LiteralPath "$agent/data.txt" -Value 'a file'
    foreach ($name in 'Invoke-ProvisioningJob', 'Invoke-RemovalJob', 'Invoke-UpdateJob', 'Get-HostInventory') {
        Set-Content -LiteralPath "$agent/$name.ps1" -Value $script.Replace('NAME', $name)
    }

    # The session configuration as it is registered, less what needs Windows.
    . "$jea/functions/Get-HvoConfiguration.ps1"
    $configuration = Get-HvoConfiguration -Template "$jea/HyperVOperator.pssc" -Group 'EXAMPLE\operators' -Account @{}
    $configuration.Remove('ExecutionPolicy')
    New-PSSessionConfigurationFile -Path "$TestDrive/endpoint.pssc" @configuration
    $paths = $env:PSModulePath
    $env:PSModulePath = "$modules$([System.IO.Path]::PathSeparator)$paths"
    $session = [System.Management.Automation.Runspaces.InitialSessionState]
    if ($PSVersionTable.PSEdition -eq 'Core') {
        $state = $session::CreateFromSessionConfigurationFile("$TestDrive/endpoint.pssc", { $args[0] -eq 'EXAMPLE\operators' })
        $there = [runspacefactory]::CreateRunspace($state)
        $there.Open()
    }
}

AfterAll {
    $env:PSModulePath = $paths
    if (Test-Path -Path variable:there) { $there.Dispose() }
}

# Windows PowerShell has no way to open such a session without registering it.
Describe 'A session of the endpoint' -Skip:($PSVersionTable.PSEdition -ne 'Core') {
    It 'knows no language' {
        $shell = [powershell]::Create()
        $shell.Runspace = $there
        $null = $shell.AddScript('1')
        { $shell.Invoke() } | Should -Throw '*no-language*'
        $there.SessionStateProxy.LanguageMode | Should -Be 'NoLanguage'
    }

    It 'shows Invoke-HvoJob, what PowerShell itself needs, and nothing else' {
        $names = (Invoke-There 'Get-Command').Output.Name | Sort-Object
        $names | Should -Be @('Clear-Host', 'Exit-PSSession', 'Get-Command', 'Get-FormatData', 'Get-Help', 'Invoke-HvoJob',
            'Measure-Object', 'Out-Default', 'Select-Object')
    }

    It 'runs the script of the job''s schema <Id> in full language, with the modules it needs' -ForEach @(
        @{ Id = 'vm-provisioning'; Script = 'Invoke-ProvisioningJob' }
        @{ Id = 'vm-removal'; Script = 'Invoke-RemovalJob' }
        @{ Id = 'vm-update'; Script = 'Invoke-UpdateJob' }
        @{ Id = 'host-inventory'; Script = 'Get-HostInventory' }
    ) {
        $json = '{"schema":{"id":"' + $Id + '","version":1},"host":{"paths":{"agent":"C:\\elsewhere"}}}'
        $run = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job $json)
        $run.Errors | Should -BeNullOrEmpty
        $run.Output | Should -Be @("$Script FullLanguage", 'a machine', 'a file', $json)
        $run.Records[0].Tags | Should -Be 'HyperVOperator'
        [string]$run.Records[0].MessageData | Should -Be '{"type":"step"}'
    }

    It 'lets nobody reach <Command>, before and after a job has loaded modules' -ForEach @(
        @{ Command = 'Get-VM' }, @{ Command = 'Get-Content' }, @{ Command = 'Invoke-Expression' }, @{ Command = 'Import-Module' }
        @{ Command = 'Get-HvoJobScript' }, @{ Command = 'Get-HvoAgentFolder' }, @{ Command = 'New-Object' }
        @{ Command = 'HyperVOperator\Get-HvoJobScript' }, @{ Command = 'Hyper-V\Get-VM' }
    ) {
        $null = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job '{"schema":{"id":"host-inventory","version":1}}')
        { Invoke-There $Command } | Should -Throw '*is not recognized*'
    }

    It 'lets nobody run the agent''s scripts or another by their path' {
        { Invoke-There "$agent/Get-HostInventory.ps1" } | Should -Throw '*is not recognized*'
    }

    It 'fails with an outcome for what is no job: <Json>' -ForEach @(
        @{ Json = 'nope'; Code = 'InvalidDefinition' }, @{ Json = '{}'; Code = 'InvalidDefinition' }
        @{ Json = '{"schema":{"id":"..\\evil","version":1}}'; Code = 'SchemaMismatch' }
        @{ Json = '{"schema":{"id":["host-inventory"],"version":1}}'; Code = 'SchemaMismatch' }
    ) {
        $run = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job $Json)
        $outcome = ConvertFrom-Json -InputObject $run.Output[-1]
        $outcome.type | Should -Be 'outcome'
        $outcome.outcome | Should -Be 'failed'
        $outcome.code | Should -Be $Code
        $run.Output.Count | Should -Be 1
    }

    It 'refuses input that is no base64' {
        { Invoke-There 'Invoke-HvoJob' @('$(1)') } | Should -Not -Throw -Because 'the error is told in the stream'
        $run = Invoke-There 'Invoke-HvoJob' @('$(1)')
        $run.Output | Should -BeNullOrEmpty
        $run.Errors.Count | Should -Be 1
    }

    It 'says what to do when the agent is not where it was' {
        Rename-Item -LiteralPath "$agent/Get-HostInventory.ps1" -NewName 'gone.ps1'
        try {
            $run = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job '{"schema":{"id":"host-inventory","version":1}}')
            (ConvertFrom-Json -InputObject $run.Output[0]).message | Should -Match 'put the agent there, or register'
        }
        finally { Rename-Item -LiteralPath "$agent/gone.ps1" -NewName 'Get-HostInventory.ps1' }
    }
}

Describe 'The agent''s scripts on this endpoint' {
    It 'use no command that such a session replaces by a lesser one' {
        $hostAgent = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../host")
        $files = @(Get-ChildItem -Path $hostAgent -Filter '*.ps1' -Recurse -ErrorAction SilentlyContinue)
        $files += Get-ChildItem -Path "$jea/HyperVOperator" -Filter '*.ps1' -Recurse
        foreach ($file in $files) {
            $tree = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$null)
            foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $call.GetCommandName() | Should -Not -BeIn @('Get-Command', 'Get-FormatData', 'Get-Help', 'Measure-Object',
                    'Out-Default', 'Select-Object', 'Clear-Host', 'Exit-PSSession') -Because $file.Name
            }
        }
    }
}
