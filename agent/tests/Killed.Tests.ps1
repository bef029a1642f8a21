# An agent that is killed anywhere: the next launch ends where one that was never killed does, with one VM.
BeforeDiscovery {
    # At every record, and before and after every command that changes something; the number is the launch that it strikes.
    $points = @(
        foreach ($step in 'PreChecks', 'CopyImage', 'CopyProvisioningISO', 'RegisterVM') {
            foreach ($state in 'started', 'completed') { @{ Launch = 1; Where = "at ${step}:$state" } }
        }
        @{ Launch = 1; Where = 'at WaitForProvisioningKey:started' }
        foreach ($command in 'New-VM', 'Set-VM', 'Set-VMProcessor', 'Set-VMNetworkAdapterVlan', 'Add-VMDvdDrive', 'Set-VMFirmware', 'Rename-VM', 'Start-VM') {
            @{ Launch = 1; Where = "after $command" }
        }
        @{ Launch = 1; Where = 'before New-VM' }
        foreach ($where in 'at WaitForProvisioningKey:completed', 'at PublishProvisioningData:started', 'at PublishProvisioningData:completed',
            'at WaitForGuest:started', 'after Invoke-CimMethod AddKvpItems', 'before Invoke-CimMethod AddKvpItems') {
            @{ Launch = 2; Where = $where }
        }
        foreach ($where in 'at WaitForGuest:completed', 'at PurgeProvisioningData:started', 'after Invoke-CimMethod RemoveKvpItems',
            'at PurgeProvisioningData:completed', 'at EjectProvisioningISO:started', 'after Set-VMDvdDrive', 'after Remove-VMDvdDrive',
            'at EjectProvisioningISO:completed', 'after Add-ClusterVirtualMachineRole', 'at RegisterCluster:completed') {
            @{ Launch = 3; Where = $where }
        }
    )
    $removals = @(
        foreach ($step in 'RemoveClusterRole', 'RemoveVM', 'RemoveFiles', 'VerifyRemoved') {
            foreach ($state in 'started', 'completed') { @{ Where = "at ${step}:$state" } }
        }
        foreach ($command in 'Remove-ClusterGroup', 'Stop-VM', 'Remove-VM') { @{ Where = "after $command" } }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    $script:clustered = @{ 'fields.vm_clustered' = $true; 'host.failover_cluster' = 'HVC01' }

    function Invoke-Killed {
        # Runs a job in a process that kills itself at the given place.
        param($World, $Job, [string] $Where)
        $prelude = ''
        if ($Where -match '^at (?<step>\w+):(?<state>\w+)$') {
            $prelude = 'function global:Write-Information { param($MessageData, $Tags) ' +
            "if ([string]`$MessageData -like '*`"step`":`"$($Matches.step)`",`"state`":`"$($Matches.state)`"*') { " +
            '[Diagnostics.Process]::GetCurrentProcess().Kill(); Start-Sleep 60 } }'
        } else {
            $when, $command = $Where -split ' ', 2
            Add-FakeFault $command -When $when -Kill
        }
        $result = Start-TestProcess $World $Job -Prelude $prelude
        Set-FakeFault @{ cmdlets = @() }
        $result.Outcome | Should -BeNullOrEmpty -Because "the process has to die $Where"
    }

    function Get-EndState {
        # What is there of a machine, without what differs from one machine to the next.
        param($World, $Job)
        $vm = @(Get-VM)
        $journal = Get-Journal $World $Job
        [ordered]@{
            vms = $vm.Count; name = $vm[0].Name; state = [string]$vm[0].State; cpu = $vm[0].ProcessorCount; memory = $vm[0].MemoryStartup
            notes = $vm[0].Notes; vlan = (Get-VMNetworkAdapterVlan -VM $vm[0]).AccessVlanId
            disks = @((Get-VMHardDiskDrive -VM $vm[0]).Path | ForEach-Object { Split-Path -Leaf $_ }); dvds = @(Get-VMDvdDrive -VM $vm[0]).Count
            template = (Get-VMFirmware -VM $vm[0]).SecureBootTemplate
            files = @(Get-ChildItem -Name -File (Get-Folder $World $Job) | Sort-Object)
            disk = (Get-FileHash (Get-Folder $World $Job 'disk.vhdx')).Hash
            items = (Get-FakeHostItem -Id $vm[0].Id).Count
            roles = @(Get-ClusterGroup | Where-Object { $_.GroupType -eq 'VirtualMachine' }).Count
            journal = $journal.state; steps = ConvertTo-Json -Compress $journal.steps; same = $journal.vm_id -eq "$($vm[0].Id)"
            created = @(Get-FakeLedger 'New-VM').Count; started = @(Get-FakeLedger 'Start-VM').Count
        }
    }

    function Invoke-Whole {
        # Takes a machine through its launches; kills the one that is named and launches it again.
        param($World, [int] $Launch = 0, [string] $Where = '')
        $guest = New-TestGuest
        $attempt = 0
        foreach ($number in 1, 2, 3) {
            $tries = if ($number -eq $Launch) { 2 } else { 1 }
            while ($tries--) {
                $attempt++
                $job = New-TestJob $World -Attempt $attempt -Change $script:clustered
                $vm = @(Get-VM)[0]
                if ($number -eq 2) { $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId "$($vm.Id)" -Run $job.run.id }
                if ($tries) { Invoke-Killed $World $job $Where; continue }
                $done = Invoke-TestAgent $World $job
            }
            $vmId = $done.Outcome.vm_id
            if ($number -eq 1) { Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId } }
            if ($number -eq 2) {
                Get-Publication $vmId | Should -BeExactly $job.sealed_data
                Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $guest $vmId $job.run.id }
            }
        }
        $done
    }

    $world = New-TestHost -Cluster 'HVC01'
    $null = Invoke-Whole $world
    $script:wanted = Get-EndState $world (New-TestJob $world)
}

AfterAll { Remove-TestHost }

Describe 'A provisioning' {
    It 'that was never killed is what the others are compared with' {
        $wanted.vms | Should -Be 1
        $wanted.created | Should -Be 1
        $wanted.journal | Should -Be 'completed'
        $wanted.roles | Should -Be 1
    }

    It 'that is killed in launch <Launch> <Where> ends the same' -ForEach $points {
        $world = New-TestHost -Cluster 'HVC01'
        $done = Invoke-Whole $world $Launch $Where
        $done.Outcome.reason | Should -Be 'Provisioned'
        $state = Get-EndState $world (New-TestJob $world)
        foreach ($key in $wanted.Keys) { $state[$key] | Should -Be $wanted[$key] -Because "$key is compared" }
    }
}

Describe 'A removal' {
    It 'that is killed <Where> ends the same' -ForEach $removals {
        $world = New-TestHost -Cluster 'HVC01'
        $done = Invoke-Whole $world
        $job = New-TestJob $world remove -Attempt 10 -Change @{ 'machine.vm_id' = $done.Outcome.vm_id; 'host.failover_cluster' = 'HVC01' }
        Invoke-Killed $world $job $Where
        $job.run.attempt = 11
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'Removed'
        @(Get-VM).Count | Should -Be 0
        @(Get-ClusterGroup | Where-Object { $_.GroupType -eq 'VirtualMachine' }).Count | Should -Be 0
        @(Get-ChildItem -Name $world.Machines | Sort-Object) | Should -Be @("$($job.run.machine_uid).removed", 'register.lock')
    }
}
