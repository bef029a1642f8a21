# A cluster role where the agent is logged on over the network, as it is without a JEA endpoint: a task that runs as SYSTEM makes it.
BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    Import-Module "$PSScriptRoot/FakeHyperV/FakeHyperV.psd1" -Force
    Import-Module "$PSScriptRoot/HostAgent.psm1" -Force
    . (Get-AgentFunction)
    $clustered = @{ 'fields.vm_clustered' = $true; 'host.failover_cluster' = 'HVC01' }

    function Get-TaskName { @(Get-ScheduledTask -TaskName '*' | ForEach-Object { $_.TaskName }) }

    function Set-SharedVolume {
        param([string[]] $Path)
        $file = Join-Path $env:HVO_FAKE_STATE 'cluster.json'
        [System.IO.File]::WriteAllText($file, (ConvertTo-Json -Compress @{ name = 'HVC01'; groups = @(); volumes = @($Path) }))
    }
}

AfterAll { Remove-TestHost }

Describe 'A cluster role in a network logon' {
    BeforeEach {
        $world = New-TestHost -Cluster 'HVC01' -Property @{ logon = 'network' }
    }

    It 'is made by a task that runs as SYSTEM, which is asked for before the copy and gone afterwards' {
        $machine = Complete-TestMachine $world -Change $clustered
        $machine.Launches[2].Outcome.reason | Should -Be 'Provisioned'
        (Get-ClusterGroup -VMId $machine.VmId).Name | Should -Be 'web-server-01'
        @(Get-FakeLedger 'Register-ScheduledTask' | ForEach-Object { $_.detail.UserId }) | Should -Be @('S-1-5-18', 'S-1-5-18')
        $steps = @($machine.Launches[0].Steps)
        $steps[0..1] | Should -Be @('PreChecks:started', 'PreChecks:completed')
        Get-TaskName | Should -BeNullOrEmpty
        @(Get-ChildItem -Name (Get-Folder $world $machine.Job) -Filter 'role-*').Count | Should -Be 0
        # A launch that finds the role there asks for no task, though the journal says nothing.
        [System.IO.File]::Delete((Get-Folder $world $machine.Job 'journal.json'))
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 9 -Change $clustered)).Outcome.reason | Should -Be 'Provisioned'
        @(Get-FakeLedger 'Register-ScheduledTask').Count | Should -Be 2
    }

    It 'is refused before the copy where the account may register no task' {
        Set-FakeHost @{ administrator = $false }
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change $clustered)
        $launch.Outcome.code | Should -Be 'ClusterRoleUnavailable'
        $launch.Outcome.message | Should -Match 'network logon.*\(Access is denied\)\.$'
        $launch.Steps | Should -Be @('PreChecks:started', 'PreChecks:failed')
        Get-TaskName | Should -BeNullOrEmpty
    }

    It 'is refused before the copy where SYSTEM cannot reach the cluster' {
        # The first call is the agent's own, the second the task's.
        Add-FakeFault 'Get-Cluster' -Skip 1 -Message 'The cluster service does not answer.'
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change $clustered)
        $launch.Outcome.code | Should -Be 'ClusterRoleUnavailable'
        $launch.Outcome.message | Should -Match 'does not answer'
        $launch.Steps | Should -Not -Contain 'CopyImage:started'
    }

    It 'that the cmdlet refuses is ClusterFailed with its words, and leaves no task' {
        Add-FakeFault 'Add-ClusterVirtualMachineRole' -Message 'The operation was ordered to fail.'
        $machine = Complete-TestMachine $world -Change $clustered
        $machine.Launches[2].Outcome.code | Should -Be 'ClusterFailed'
        $machine.Launches[2].Outcome.message | Should -Match 'ordered to fail'
        Get-TaskName | Should -BeNullOrEmpty
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 4 -Change $clustered)).Outcome.reason | Should -Be 'Provisioned'
    }

    It 'that was made although its task was killed counts' {
        Add-FakeFault 'Add-ClusterVirtualMachineRole' -When after -Kill
        $machine = Complete-TestMachine $world -Change $clustered
        $machine.Launches[2].Outcome.reason | Should -Be 'Provisioned'
        @(Get-ClusterGroup | Where-Object { $_.GroupType -eq 'VirtualMachine' }).Count | Should -Be 1
        Get-TaskName | Should -BeNullOrEmpty
    }

    It 'leaves no task of a killed launch, its own at once and others'' after an hour' {
        $job = New-TestJob $world -Change $clustered
        Add-FakeFault 'Start-ScheduledTask' -When before -Kill
        (Start-TestProcess $world $job).Outcome | Should -BeNullOrEmpty
        Get-TaskName | Should -Be @("HyperVOperator-ClusterRole-$($job.run.machine_uid)")
        foreach ($other in @{ Uid = 'old'; At = '2026-01-01T00:00:00Z' }, @{ Uid = 'new'; At = (Get-HvoTimestamp) }, @{ Uid = 'odd'; At = 'soon' }) {
            $null = Register-ScheduledTask -TaskName "HyperVOperator-ClusterRole-$($other.Uid)" -Description "A role, $($other.At)" `
                -Action (New-ScheduledTaskAction -Execute 'powershell.exe' -Argument '-File "x"')
        }
        $null = Register-ScheduledTask -TaskName 'Somebody else''s' -Action (New-ScheduledTaskAction -Execute 'powershell.exe')
        (Invoke-TestAgent $world (New-TestJob $world remove -Attempt 2 -Change @{ 'host.failover_cluster' = 'HVC01' })).Outcome.reason | Should -Be 'Removed'
        Get-TaskName | Sort-Object | Should -Be @('HyperVOperator-ClusterRole-new', 'HyperVOperator-ClusterRole-odd', 'Somebody else''s')
    }

    It 'needs <What> on a cluster shared volume, which is known before the copy' -ForEach @(
        @{ What = 'the machines'; Clone = 'Copy'; Shared = 'none' }, @{ What = 'the images of differencing disks'; Clone = 'Differencing'; Shared = 'machines' }
    ) {
        Set-FakeHost @{ logon = 'service' }
        Set-SharedVolume $(if ($Shared -eq 'none') { Join-Path $world.Root 'C' } else { $world.Machines })
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change ($clustered + @{ 'host.clone' = $Clone }))
        $launch.Outcome.code | Should -Be 'ClusterRoleUnavailable'
        $launch.Outcome.message | Should -Match 'on no cluster shared volume'
        $launch.Steps | Should -Not -Contain 'CopyImage:started'
    }

    It 'is not another volume''s whose name begins the same' {
        Set-FakeHost @{ logon = 'service' }
        Set-SharedVolume $world.Machines.Substring(0, $world.Machines.Length - 1)
        (Invoke-TestAgent $world (New-TestJob $world -Change $clustered)).Outcome.code | Should -Be 'ClusterRoleUnavailable'
    }

    It 'is refused for another cluster than the job''s before the copy' {
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change @{ 'fields.vm_clustered' = $true; 'host.failover_cluster' = 'HVC02' })
        $launch.Outcome.code | Should -Be 'ClusterFailed'
        $launch.Steps | Should -Not -Contain 'CopyImage:started'
    }
}

Describe 'A cluster role in another logon' {
    It 'is made without a task, and the cmdlet''s warnings are in the log' {
        $world = New-TestHost -Cluster 'HVC01'
        $null = Complete-TestMachine $world -Change $clustered
        @(Get-FakeLedger 'Register-ScheduledTask').Count | Should -Be 0
        $vm = New-VM -Name 'other' -Generation 2 -VHDPath (Join-Path $world.Images 'Ubuntu 24.04.vhdx') -MemoryStartupBytes 1GB
        Set-SharedVolume (Join-Path $world.Root 'C')
        $warnings = [System.Collections.ArrayList]::new()
        $seen = @(Add-HvoClusterRole -VmId "$($vm.Id)" -Warnings $warnings 3>&1)
        $seen | Should -BeNullOrEmpty
        $warnings.Count | Should -Be 1
        $warnings[0] | Should -Match 'not a path to storage in the cluster'
        @(Get-FakeLedger 'Register-ScheduledTask').Count | Should -Be 0
    }

    It 'is <Method> where <Why>' -ForEach @(
        @{ Method = 'Direct'; Why = 'the logon is a service''s'; Sids = @('S-1-1-0', 'S-1-5-6'); Tasks = $true }
        @{ Method = 'Task'; Why = 'the logon is a network''s'; Sids = @('S-1-1-0', 'S-1-5-2'); Tasks = $true }
        @{ Method = 'None'; Why = 'there are no tasks'; Sids = @('S-1-5-2'); Tasks = $false }
        @{ Method = 'Task'; Why = 'the logon is unknown'; Sids = @(); Tasks = $true }
        @{ Method = 'Direct'; Why = 'a SID only begins like that of NETWORK'; Sids = @('S-1-5-20', 'S-1-5-21-2'); Tasks = $true }
    ) {
        $groups, $known = $Sids, $Tasks
        Mock Get-HvoLogonSid { $groups }
        Mock Get-Command { if ($known) { 'there' } } -ParameterFilter { $Name -eq 'Register-ScheduledTask' }
        Get-HvoRoleMethod | Should -Be $Method
    }
}
