BeforeDiscovery {
    # Windows PowerShell has no way to open such a session without registering it; and the command is the agent's.
    $can = $PSVersionTable.PSEdition -eq 'Core' -and (Test-Path -LiteralPath "$PSScriptRoot/../../host/Invoke-HvoJob.ps1")
}

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
    Copy-Item -Path "$PSScriptRoot/../../host/Invoke-HvoJob.ps1" -Destination $agent -ErrorAction SilentlyContinue
    Copy-Item -LiteralPath "$jea/HyperVOperator" -Destination $modules -Recurse
    Set-Content -LiteralPath "$modules/Hyper-V/Hyper-V.psm1" -Value 'function Get-VM { "a machine" }'
    Set-Content -LiteralPath "$modules/HyperVOperator/endpoint.json" -Value (ConvertTo-Json @{ agent = $agent })
    $script = @'
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$job = @($input)[0]
Write-Information -MessageData '{"type":"step"}' -Tags 'HyperVOperator'
"NAME $($ExecutionContext.SessionState.LanguageMode)"
function Get-Known { (Get-Command -Name 'Get-VM').Name }
Get-Known
'b', 'a', 'c' | Sort-Object | Select-Object -First 1
(1, 2 | Measure-Object -Sum).Sum
Get-VM
@(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'data.txt'))
[System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($job))
'@
    Set-Content -LiteralPath "$agent/data.txt" -Value 'a file'
    foreach ($name in 'Invoke-ProvisioningJob', 'Invoke-RemovalJob', 'Invoke-UpdateJob', 'Get-HostInventory', 'Get-HostPreflight') {
        Set-Content -LiteralPath "$agent/$name.ps1" -Value $script.Replace('NAME', $name)
    }

    # The session configuration as it is registered, less what needs Windows.
    . "$jea/functions/endpoint/Get-HvoSessionConfiguration.ps1"
    $configuration = Get-HvoSessionConfiguration -Template "$jea/HyperVOperator.pssc" -Group 'EXAMPLE\operators' -Account @{}
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

Describe 'A session of the endpoint' -Skip:(-not $can) {
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
        @{ Id = 'host-preflight'; Script = 'Get-HostPreflight' }
    ) {
        $json = '{"schema":{"id":"' + $Id + '","version":1},"host":{"paths":{"agent":"C:\\elsewhere"}}}'
        $run = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job $json)
        $run.Errors | Should -BeNullOrEmpty
        $run.Output | Should -Be @("$Script FullLanguage", 'Get-VM', 'a', '3', 'a machine', 'a file', $json)
        $run.Records[0].Tags | Should -Be 'HyperVOperator'
        [string]$run.Records[0].MessageData | Should -Be '{"type":"step"}'
    }

    It 'lets nobody reach <Command>, before and after a job has loaded modules' -ForEach @(
        @{ Command = 'Get-VM' }, @{ Command = 'Get-Content' }, @{ Command = 'Invoke-Expression' }, @{ Command = 'Import-Module' }
        @{ Command = 'New-Object' }, @{ Command = 'Start-Process' }, @{ Command = 'Hyper-V\Get-VM' }
        @{ Command = 'Microsoft.PowerShell.Utility\Select-Object' }
    ) {
        $null = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job '{"schema":{"id":"host-inventory","version":1}}')
        { Invoke-There $Command } | Should -Throw '*is not recognized*'
    }

    It 'lets nobody run the agent''s scripts or another by their path' {
        { Invoke-There "$agent/Get-HostInventory.ps1" } | Should -Throw '*is not recognized*'
    }

    It 'lets the agent run a program, as it needs to know its logon, and nobody else' {
        $file = "$agent/Get-HostInventory.ps1"
        $before = [System.IO.File]::ReadAllText($file)
        try {
            [System.IO.File]::WriteAllText($file, '@(whoami)')
            $run = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job '{"schema":{"id":"host-inventory","version":1}}')
            $run.Output | Should -Be @(whoami)
        } finally {
            [System.IO.File]::WriteAllText($file, $before)
        }
        { Invoke-There 'whoami' } | Should -Throw '*is not recognized*'
    }

    It 'gives what is no job, or of no known schema, to a script that changes nothing: <Json>' -ForEach @(
        @{ Json = 'nope' }, @{ Json = '{}' }, @{ Json = '{"schema":{"id":"..\\evil","version":1}}' }
    ) {
        $run = Invoke-There 'Invoke-HvoJob' @(ConvertTo-Job $Json)
        $run.Output[0] | Should -Be 'Get-HostInventory FullLanguage'
    }
}

Describe 'An endpoint whose agent is gone' -Skip:(-not $can) {
    It 'does not offer the command, so that the operator reports AgentMissing' {
        Rename-Item -LiteralPath "$agent/Invoke-HvoJob.ps1" -NewName 'gone.ps1'
        $there.Dispose()
        $there = [runspacefactory]::CreateRunspace($state)
        try {
            $there.Open()
            { Invoke-There 'Invoke-HvoJob' @('eA==') } | Should -Throw '*''Invoke-HvoJob'' is not recognized*'
        }
        finally {
            $there.Dispose()
            Rename-Item -LiteralPath "$agent/gone.ps1" -NewName 'Invoke-HvoJob.ps1'
        }
    }
}

Describe 'The agent''s scripts on this endpoint' {
    It 'use no command that such a session replaces by a lesser one, but for those that the module gives back' {
        $hostAgent = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../host")
        $files = @(Get-ChildItem -Path $hostAgent -Filter '*.ps1' -Recurse -ErrorAction SilentlyContinue)
        $files += Get-ChildItem -Path "$jea/HyperVOperator" -Filter '*.ps1' -Recurse
        foreach ($file in $files) {
            $tree = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$null)
            foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $call.GetCommandName() | Should -Not -BeIn @('Get-FormatData', 'Get-Help', 'Out-Default', 'Clear-Host',
                    'Exit-PSSession') -Because $file.Name
            }
        }
    }
}
