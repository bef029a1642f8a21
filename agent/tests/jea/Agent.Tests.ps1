BeforeDiscovery {
    # Windows PowerShell has no way to open such a session without registering it.
    $tests = [System.IO.Path]::GetFullPath("$PSScriptRoot/..")
    $can = $PSVersionTable.PSEdition -eq 'Core' -and (Test-Path -LiteralPath "$tests/FakeHyperV", "$tests/HostAgent.psm1") -notcontains $false
}

Describe 'The agent itself, in a session of the endpoint' -Skip:(-not $can) {
    BeforeAll {
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        $jea = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../jea")
        . "$jea/functions/endpoint/Get-HvoSessionConfiguration.ps1"
        Import-Module -Name "$PSScriptRoot/../FakeHyperV/FakeHyperV.psd1", "$PSScriptRoot/../HostAgent.psm1"
        $world = New-TestHost

        $modules = Join-Path $TestDrive 'modules'
        $null = New-Item -ItemType Directory -Path $modules
        Copy-Item -LiteralPath "$jea/HyperVOperator" -Destination $modules -Recurse
        Copy-Item -LiteralPath "$PSScriptRoot/../FakeHyperV" -Destination "$modules/Hyper-V" -Recurse
        Rename-Item -LiteralPath "$modules/Hyper-V/FakeHyperV.psd1" -NewName 'Hyper-V.psd1'
        $settings = ConvertTo-Json -InputObject @{ agent = $world.Agent }
        Set-Content -LiteralPath "$modules/HyperVOperator/endpoint.json" -Value $settings

        $configuration = Get-HvoSessionConfiguration -Template "$jea/HyperVOperator.pssc" -Group 'EXAMPLE\operators' -Account @{}
        $configuration.Remove('ExecutionPolicy')
        New-PSSessionConfigurationFile -Path "$TestDrive/endpoint.pssc" @configuration
        $paths = $env:PSModulePath
        $env:PSModulePath = "$modules$([System.IO.Path]::PathSeparator)$paths"
        $session = [System.Management.Automation.Runspaces.InitialSessionState]
        $there = [runspacefactory]::CreateRunspace(
            $session::CreateFromSessionConfigurationFile("$TestDrive/endpoint.pssc", { $true }))
        $there.Open()

        function Send-Job {
            param([string] $Name)
            $file = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../../Schemas/examples/jobs/$Name.json")
            $job = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
            $job.host.paths.images = $world.Images
            $job.host.paths.machines = $world.Machines
            if ($null -ne $job.PSObject.Properties['machine_folders']) { $job.machine_folders = @() }
            if ($null -ne $job.PSObject.Properties['run']) { $job.run.wait_seconds = 0 }
            $json = ConvertTo-Json -InputObject $job -Depth 9 -Compress
            $shell = [powershell]::Create()
            $shell.Runspace = $there
            try {
                $null = $shell.AddCommand('Invoke-HvoJob')
                $output = @($shell.Invoke(@([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($json)))))
                $shell.Streams.Error | Should -BeNullOrEmpty
                $output | ForEach-Object { ConvertFrom-Json -InputObject $_ }
            }
            finally { $shell.Dispose() }
        }
    }

    AfterAll {
        $there.Dispose()
        $env:PSModulePath = $paths
        Remove-TestHost
        Remove-Module -Name 'HostAgent', 'FakeHyperV'
    }

    It 'provisions, lists and removes' {
        $outcome = @(Send-Job 'provision-first')[-1]
        $outcome.outcome | Should -Be 'pending'
        $outcome.reason | Should -Be 'WaitingForGuestKey'
        $lines = @(Send-Job 'inventory')
        @($lines | Where-Object { $_.type -eq 'vm' }).Count | Should -Be 1
        $lines[-1].reason | Should -Be 'Inventory'
        @(Send-Job 'remove')[-1].reason | Should -Be 'Removed'
        @(Send-Job 'inventory' | Where-Object { $_.type -eq 'vm' }) | Should -BeNullOrEmpty
    }
}
