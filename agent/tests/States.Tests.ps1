# States, power, boot order, addresses and roles of a machine's VM, where Hyper-V differs from what one would expect.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function Get-Calls {
        param([string] $Cmdlet)
        @(Get-FakeLedger $Cmdlet)
    }
    $script:uid = '3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11'
}

AfterAll { Remove-TestHost }

Describe 'A state of Hyper-V''s' {
    BeforeAll {
        $script:made = New-TestHost
        $script:machine = Complete-TestMachine $made
    }

    It 'is one of the protocol''s in the inventory, and critical or not' {
        $states = @{
            Running = 'Running'; RunningCritical = 'Running'; OffCritical = 'Off'
            SavedCritical = 'Saved'; PausedCritical = 'Paused'; StartingCritical = 'Starting'
            StoppingCritical = 'Stopping'; FastSaved = 'Saved'; FastSavedCritical = 'Saved'
            Hibernated = 'Saved'; Saving = 'Other'; Resuming = 'Other'
            Reset = 'Other'; ResumingCritical = 'Other'
        }
        foreach ($state in $states.Keys) {
            Edit-FakeVM -Id $machine.VmId -Property @{ state = $state }
            $line = Get-Inventory $made | Where-Object { $_.type -eq 'vm' }
            $line.vm_id | Should -Be $machine.VmId
            $line.state | Should -BeExactly $states[$state] -Because $state
            $line.critical | Should -Be ($state -like '*Critical') -Because $state
        }
    }
}

Describe 'A VM in a critical state' {
    BeforeAll {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
    }

    It 'is VmCritical for an update, which changes nothing' {
        $attempt = 9
        foreach ($state in 'RunningCritical', 'PausedCritical', 'OffCritical') {
            Edit-FakeVM -Id $machine.VmId -Property @{ state = $state }
            $before = (Get-Calls '*').Count
            $outcome = (Update-Machine $world $machine @{ cpu_cores = 8 } $attempt).Outcome
            $outcome.code | Should -Be 'VmCritical'
            $outcome.message | Should -Match "$state.*configuration storage"
            (Get-Calls '*').Count | Should -Be $before
            $attempt += 1
        }
    }

    It 'can be switched off' {
        Edit-FakeVM -Id $machine.VmId -Property @{ state = 'PausedCritical' }
        (Update-Machine $world $machine @{ power_state = 'Off' } 12).Outcome.reason | Should -Be 'Updated'
        [string](Get-VM).State | Should -Be 'OffCritical'
        (Update-Machine $world $machine @{ power_state = 'Off' } 13).Outcome.reason | Should -Be 'Updated'
        (Update-Machine $world $machine @{ power_state = 'Running' } 14).Outcome.code | Should -Be 'VmCritical'
    }
}

Describe 'The removal of a VM' {
    It 'finishes from every state that one can stay in' {
        $world = New-TestHost
        $attempt = 1
        $states = 'OffCritical', 'RunningCritical', 'SavedCritical', 'PausedCritical', 'FastSavedCritical', 'Saved', 'Hibernated', 'Paused'
        foreach ($state in $states) {
            $vm = New-VM -Name "hvo-$uid" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
            Edit-FakeVM -Id $vm.Id -Property @{ state = $state }
            $outcome = Remove-Machine $world "$($vm.Id)" $attempt
            $outcome.reason | Should -Be 'Removed' -Because "$state $($outcome.message)"
            $outcome.finding | Should -Be 'VmRemoved'
            @(Get-VM).Count | Should -Be 0
            $attempt += 1
        }
    }
}

Describe 'An unfinished machine in a critical state' {
    It 'is VmCritical, and goes on when its storage is back' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        $attempt = 2
        foreach ($state in 'PausedCritical', 'RunningCritical', 'OffCritical') {
            Edit-FakeVM -Id $vmId -Property @{ state = $state }
            (Invoke-TestAgent $world (New-TestJob $world -Attempt $attempt)).Outcome.code | Should -Be 'VmCritical'
            Edit-FakeVM -Id $vmId -Property @{ state = ($state -replace 'Critical', '') -replace 'Paused', 'Running' }
            (Invoke-TestAgent $world (New-TestJob $world -Attempt ($attempt + 1))).Outcome.reason | Should -Be 'WaitingForGuestKey'
            $attempt += 2
        }
    }
}

Describe 'An update that needs the VM to be off' {
    BeforeAll {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
    }

    It 'turns nothing off where the Shutdown service does not answer, whatever the heartbeat says, or is disabled' {
        $attempt = 8
        foreach ($status in 'NoContact', 'LostCommunication', 'Error') {
            Set-FakeGuest -Id $machine.VmId -Service @{ Shutdown = $status }
            $attempt += 1
            $outcome = (Update-Machine $world $machine @{ cpu_cores = 8 } $attempt).Outcome
            $outcome.code | Should -Be 'GuestTimeout'
            $outcome.message | Should -Match 'Shutdown integration service'
            [string](Get-VM).State | Should -Be 'Running'
            (Get-Calls 'Stop-VM').Count | Should -Be 0
            (Get-Journal $world $machine.Job).resume | Should -BeFalse
        }
        Set-FakeGuest -Id $machine.VmId
        Edit-FakeVM -Id $machine.VmId -Property @{ disabledServices = @('9f8233ac-be49-4c79-8ee3-e7e1985b2077') }
        (Update-Machine $world $machine @{ cpu_cores = 8 } 12).Outcome.code | Should -Be 'GuestTimeout'
        (Get-Calls 'Stop-VM').Count | Should -Be 0
        Edit-FakeVM -Id $machine.VmId -Property @{ disabledServices = @() }
    }

    It 'shuts a guest down whose Shutdown service is OK without a heartbeat' {
        Set-FakeGuest -Id $machine.VmId -Heartbeat 'NoContact' -Service @{ Shutdown = 'Ok' }
        (Update-Machine $world $machine @{ cpu_cores = 8 } 13).Outcome.reason | Should -Be 'Updated'
        (Get-VM).ProcessorCount | Should -Be 8
        @(Get-Calls 'Stop-VM' | Where-Object { $_.detail.PowerCut }).Count | Should -Be 0
    }

    It 'discards no memory of a VM that is saved, paused or hibernated' {
        $attempt = 14
        foreach ($state in 'Saved', 'Paused', 'Hibernated') {
            Edit-FakeVM -Id $machine.VmId -Property @{ state = $state }
            (Update-Machine $world $machine @{ cpu_cores = 6 } $attempt).Outcome.code | Should -Be 'GuestTimeout'
            (Update-Machine $world $machine @{ gb_ram = 4 } ($attempt + 1)).Outcome.code | Should -Be 'GuestTimeout'
            [string](Get-VM).State | Should -Be $state
            $attempt += 2
        }
    }

    It 'says in its record that a guest was turned off that did not shut down, where the spec says Off' {
        Edit-FakeVM -Id $machine.VmId -Property @{ state = 'Running' }
        Set-FakeGuest -Id $machine.VmId -Service @{ Shutdown = 'NoContact' }
        $launch = Update-Machine $world $machine @{ power_state = 'Off' } 30
        $launch.Outcome.reason | Should -Be 'Updated'
        ($launch.Records | Where-Object { $_.step -eq 'SetPower' -and $_.state -eq 'completed' }).message | Should -Match 'was turned off'
        @(Get-Calls 'Stop-VM')[-1].detail.TurnOff | Should -BeTrue
    }
}

Describe 'A VM between two states' {
    It 'is waited for before it is started, shut down or removed, and goes on from a pause where the spec says Running' {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        Edit-FakeVM -Id $machine.VmId -Property @{ state = 'Starting'; settling = @{ polls = 4; state = 'Running' } }
        $started = (Get-Calls 'Start-VM').Count
        (Update-Machine $world $machine @{ power_state = 'Running' }).Outcome.reason | Should -Be 'Updated'
        (Get-Calls 'Start-VM').Count | Should -Be $started
        Edit-FakeVM -Id $machine.VmId -Property @{ state = 'Paused' }
        (Update-Machine $world $machine @{ power_state = 'Running' } 10).Outcome.reason | Should -Be 'Updated'
        (Get-Calls 'Resume-VM').Count | Should -Be 1
        [string](Get-VM).State | Should -Be 'Running'
        Edit-FakeVM -Id $machine.VmId -Property @{ state = 'Saving'; settling = @{ polls = 4; state = 'Saved' } }
        (Remove-Machine $world $machine.VmId 11).finding | Should -Be 'VmRemoved'
        (Get-Calls 'Stop-VM').Count | Should -Be 0
    }
}

Describe 'The boot order' {
    It 'is left alone while the VM runs, where the guest has put its boot manager first' {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        $order = @((Get-VMFirmware -VM (Get-VM)).BootOrder)
        $order[0].BootType | Should -Be 'File'
        $order[0].Device | Should -BeNullOrEmpty
        $machine.Launches[-1].Outcome.reason | Should -Be 'Provisioned'
        $started = @(Get-FakeLedger | ForEach-Object { $_.cmdlet }).IndexOf('Start-VM')
        @(Get-FakeLedger | Select-Object -Skip $started | Where-Object { $_.cmdlet -eq 'Set-VMFirmware' }).Count | Should -Be 0
    }

    It 'begins with the disk when the VM is started for the first time' {
        $world = New-TestHost
        Set-FakeFault @{ startFailure = 'Because.' }
        $null = Invoke-TestAgent $world (New-TestJob $world)
        $first = @((Get-VMFirmware -VM (Get-VM)).BootOrder)[0]
        [System.IO.Path]::GetFileName($first.Device.Path) | Should -Be 'disk.vhdx'
    }
}

Describe 'What Hyper-V does with the VM by itself' {
    It 'saves it with no host that shuts down, and starts it again' {
        $world = New-TestHost
        $null = Invoke-TestAgent $world (New-TestJob $world)
        (Get-VM).AutomaticStopAction | Should -Be 'ShutDown'
        (Get-VM).AutomaticStartAction | Should -Be 'StartIfRunning'
    }

    It 'changes no MAC address on another host' {
        $world = New-TestHost
        $null = Invoke-TestAgent $world (New-TestJob $world)
        $adapter = Get-VMNetworkAdapter -VM (Get-VM)
        $adapter.DynamicMacAddressEnabled | Should -BeFalse
        [Convert]::ToByte($adapter.MacAddress.Substring(0, 2), 16) -band 3 | Should -Be 2
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Set-FakeHost @{ macPrefix = '00155D000B' }
        $null = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        (Get-VMNetworkAdapter -VM (Get-VM)).MacAddress | Should -Be $adapter.MacAddress
        @(Get-FakeLedger 'Set-VMNetworkAdapter').Count | Should -Be 1
    }

    It 'gives two machines two addresses, and one machine the same on every host' {
        $addresses = foreach ($name in 'a', 'a', 'b') {
            $world = New-TestHost
            $change = @{}
            if ($name -eq 'b') { $change['run.machine_uid'] = '44444444-8f0b-4a3e-9b86-0d6f6a7a1c11' }
            $null = Invoke-TestAgent $world (New-TestJob $world -Change $change)
            (Get-VMNetworkAdapter -VM (Get-VM)).MacAddress
        }
        $addresses[0] | Should -Be $addresses[1]
        $addresses[0] | Should -Not -Be $addresses[2]
    }

    It 'keeps the address that a guest has already, and one that a person has set' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        foreach ($known in @{ mac = '00155D000A42'; dynamic = $true }, @{ mac = '00155D000A43'; dynamic = $false }) {
            $adapters = @((ConvertFrom-Json ([System.IO.File]::ReadAllText((Join-Path $world.Root "vms/$vmId.json")))).adapters)
            $adapters[0].macAddress, $adapters[0].dynamicMac = $known.mac, $known.dynamic
            Edit-FakeVM -Id $vmId -Property @{ state = 'Off'; adapters = $adapters }
            $attempt = if ($known.dynamic) { 2 } else { 3 }
            $null = Invoke-TestAgent $world (New-TestJob $world -Attempt $attempt)
            $adapter = Get-VMNetworkAdapter -VM (Get-VM)
            $adapter.MacAddress | Should -Be $known.mac
            $adapter.DynamicMacAddressEnabled | Should -BeFalse
        }
    }
}

Describe 'The role of a VM in a failover cluster' {
    BeforeEach {
        $world = New-TestHost -Cluster 'HVC01'
        function Set-Role {
            param([string] $VmId, [string] $Owner = 'HYPERV01')
            Set-FakeCluster @{ groups = @(@{ name = 'a role'; type = 'VirtualMachine'; vmId = $VmId; owner = $Owner; state = 'Online' }) }
        }
    }

    It 'of a VM without the mark is not removed with the machine that names its GUID' {
        $stranger = "$((New-VM -Name 'stranger' -Generation 2 -MemoryStartupBytes 1GB -NoVHD).Id)"
        Set-Role $stranger
        $outcome = Remove-Machine $world $stranger
        $outcome.code | Should -Be 'NotOwned'
        @(Get-FakeLedger 'Remove-ClusterGroup').Count | Should -Be 0
        @(Get-ClusterGroup).Count | Should -Be 1
    }

    It 'whose VM is not here is not removed because a job names its GUID' {
        Set-Role ([string][guid]::NewGuid())
        $outcome = Remove-Machine $world ((ConvertFrom-Json ([System.IO.File]::ReadAllText((Join-Path $world.Root 'cluster.json')))).groups[0].vmId)
        $outcome.code | Should -Be 'NotOwned'
        @(Get-ClusterGroup).Count | Should -Be 1
    }

    It 'whose mark was taken away is not removed, though the journal has the VM' {
        $machine = Complete-TestMachine $world -Change @{ 'fields.vm_clustered' = $true }
        Set-VM -VM (Get-VM) -Notes ''
        (Remove-Machine $world $machine.VmId).code | Should -Be 'NotOwned'
        @(Get-ClusterGroup).Count | Should -Be 1
    }

    It 'of the machine''s VM is removed, also after somebody has deleted the VM' {
        $machine = Complete-TestMachine $world -Change @{ 'fields.vm_clustered' = $true }
        @(Get-ClusterGroup).Count | Should -Be 1
        Remove-Item (Join-Path $world.Root "vms/$($machine.VmId).json")
        (Remove-Machine $world $machine.VmId).reason | Should -Be 'Removed'
        @(Get-ClusterGroup).Count | Should -Be 0
    }

    It 'is not missing where the cluster refuses the account' {
        $vm = New-VM -Name "hvo-$uid" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $attempt = 9
        foreach ($category in 'PermissionDenied', 'AuthenticationError', 'SecurityError') {
            Set-FakeFault @{ cmdlets = @() }
            Add-FakeFault 'Get-Cluster' -Message 'You do not have administrative privileges on the cluster.' -Category $category -Times 0
            $outcome = Remove-Machine $world "$($vm.Id)" $attempt
            $outcome.code | Should -Be 'AccessDenied'
            $outcome.message | Should -Match 'cluster'
            @(Get-VM).Count | Should -Be 1
            $attempt += 1
        }
    }
}
