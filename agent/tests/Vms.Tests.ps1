# The host's VMs as they really are: some cannot be opened, some are in a critical state, some have the names of others, and some
# vanish while they are looked at. One such VM costs itself and nothing else.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function New-Ghost {
        param([string] $Name = 'ghost', [string] $Notes = '')
        $vm = New-VM -Name $Name -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        if ($Notes) { Set-VM -VM $vm -Notes $Notes }
        Edit-FakeVM -Id $vm.Id -Property @{ openError = 'The volume is gone.' }
        "$($vm.Id)"
    }
    function Get-Count {
        param([string] $Cmdlet)
        @(Get-FakeLedger $Cmdlet).Count
    }
    $script:own = '3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11'
}

AfterAll { Remove-TestHost }

Describe 'A VM that Hyper-V cannot open' {
    BeforeEach { $world = New-TestHost }

    It 'is a line of the inventory with its problem, beside the lines of the others' {
        $machine = Complete-TestMachine $world
        $ghost = New-Ghost
        $lines = @(Get-Inventory $world)
        $lines[-1].outcome | Should -Be 'completed'
        $line = @($lines | Where-Object { $_.type -eq 'vm' -and $_.PSObject.Properties['problem'] })
        $line.Count | Should -Be 1
        $line[0].vm_id | Should -Be $ghost
        $line[0].name | Should -Be 'ghost'
        $line[0].machine_uid | Should -BeNullOrEmpty
        $line[0].problem | Should -Match 'object was not found.*The volume is gone'
        @($lines | Where-Object { $_.type -eq 'vm' -and -not $_.PSObject.Properties['problem'] }).vm_id | Should -Be $machine.VmId
    }

    It 'is its machine''s in the inventory by the name that it has until it is marked' {
        $null = New-Ghost -Name "hvo-$own"
        @(Get-Inventory $world | Where-Object { $_.type -eq 'vm' }).machine_uid | Should -Be $own
    }

    It 'stops no provisioning, update or removal of others' {
        $null = New-Ghost
        $machine = Complete-TestMachine $world
        (Update-Machine $world $machine @{ gb_ram = 16 }).Outcome.reason | Should -Be 'Updated'
        $outcome = Remove-Machine $world $machine.VmId 10
        $outcome.reason | Should -Be 'Removed'
        $outcome.finding | Should -Be 'VmRemoved'
    }

    It 'is not gone for the removal of its machine, by its GUID, and then it is' {
        $machine = Complete-TestMachine $world
        Edit-FakeVM -Id $machine.VmId -Property @{ openError = 'The volume is gone.' }
        $outcome = Remove-Machine $world $machine.VmId
        $outcome.code | Should -Be 'VmUnreadable'
        $outcome.message | Should -Match $machine.VmId
        Test-Path (Get-Folder $world $machine.Job 'disk.vhdx') | Should -BeTrue
        Edit-FakeVM -Id $machine.VmId -Property @{ openError = $null }
        (Remove-Machine $world $machine.VmId 10).finding | Should -Be 'VmRemoved'
    }

    It 'is not gone for a removal that knows its GUID from the journal alone' {
        $machine = Complete-TestMachine $world
        Edit-FakeVM -Id $machine.VmId -Property @{ openError = 'x' }
        (Remove-Machine $world $null).code | Should -Be 'VmUnreadable'
    }

    It 'may be that of a machine whose journal was lost and whose GUID nobody knows' {
        $machine = Complete-TestMachine $world
        Edit-FakeVM -Id $machine.VmId -Property @{ openError = 'x' }
        Remove-Item (Get-Folder $world $machine.Job 'journal.json')
        (Remove-Machine $world $null).code | Should -Be 'VmUnreadable'
    }

    It 'may be that of a machine without a folder if it has the machine''s name' {
        $null = New-Ghost -Name 'web-server-01'
        (Remove-Machine $world $null).code | Should -Be 'VmUnreadable'
    }

    It 'is not that of a machine that never had a VM' {
        $null = New-Ghost
        (Remove-Machine $world $null).finding | Should -Be 'NoVmFound'
    }

    It 'is not made a second time while it is the unfinished machine''s' {
        $job = New-TestJob $world
        $vmId = (Invoke-TestAgent $world $job).Outcome.vm_id
        Edit-FakeVM -Id $vmId -Property @{ openError = 'x' }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.code | Should -Be 'VmUnreadable'
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 3 -Change @{ lost_vm_id = $vmId })).Outcome.code | Should -Be 'VmUnreadable'
        Get-Count 'New-VM' | Should -Be 1
        Test-Path (Get-Folder $world $job 'disk.vhdx') | Should -BeTrue
    }

    It 'is not made a second time where it has the name of a VM that is not marked yet' {
        $null = New-Ghost -Name "hvo-$own"
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'VmUnreadable'
    }

    It 'has its name: another machine does not get it' {
        $null = New-Ghost -Name 'WEB-server-01'
        $outcome = (Invoke-TestAgent $world (New-TestJob $world)).Outcome
        $outcome.code | Should -Be 'NameInUse'
        $outcome.message | Should -Match 'cannot be opened'
    }

    It 'is VmUnreadable for its update, and VmMissing once it is gone' {
        $machine = Complete-TestMachine $world
        Edit-FakeVM -Id $machine.VmId -Property @{ openError = 'x' }
        (Update-Machine $world $machine @{ cpu_cores = 2 }).Outcome.code | Should -Be 'VmUnreadable'
        Remove-Item (Join-Path $world.Root "vms/$($machine.VmId).json")
        (Update-Machine $world $machine @{ cpu_cores = 2 } 10).Outcome.code | Should -Be 'VmMissing'
    }

    It 'is unknown where not even its GUID can be read, and stops what could be about it' {
        $machine = Complete-TestMachine $world
        $null = New-Ghost
        Add-FakeFault 'Get-CimInstance Msvm_ComputerSystem' -Message 'Generic failure' -Times 0
        $line = @(Get-Inventory $world | Where-Object { $_.type -eq 'vm' -and $_.PSObject.Properties['problem'] })
        $line.Count | Should -Be 1
        $line[0].vm_id | Should -BeNullOrEmpty
        $line[0].problem | Should -Match 'Generic failure'
        # The machine's own VM is opened, and is removed; that nothing else of it is left cannot be verified.
        $outcome = Remove-Machine $world $machine.VmId
        $outcome.code | Should -Be 'VmUnreadable'
        Set-FakeFault @{ cmdlets = @() }
        (Remove-Machine $world $machine.VmId 10).reason | Should -Be 'Removed'
    }
}

Describe 'A VM that vanishes while it is read' {
    BeforeEach { $world = New-TestHost }

    It 'costs itself in the inventory, whatever could not be read' {
        $first = New-VM -Name 'first' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $other = New-VM -Name 'other' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        foreach ($property in 'State', 'Name', 'ProcessorCount', 'MemoryStartup', 'ReplicationMode') {
            Edit-FakeVM -Id $other.Id -Property @{ vanishing = @($property) }
            $lines = @(Get-Inventory $world)
            $lines[-1].outcome | Should -Be 'completed'
            @($lines | Where-Object { $_.type -eq 'vm' -and -not $_.PSObject.Properties['problem'] }).vm_id | Should -Be "$($first.Id)"
            @($lines | Where-Object { $_.type -eq 'vm' -and $_.PSObject.Properties['problem'] }).vm_id | Should -Be "$($other.Id)"
        }
    }

    It 'costs no other VM its addresses or key-value pairs' {
        $guest = New-TestGuest
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId } -Address '10.0.0.5'
        Add-FakeFault 'Get-CimInstance Msvm_KvpExchangeComponent' -Message 'Not found' -NonTerminating
        Add-FakeFault 'Get-CimInstance Msvm_GuestNetworkAdapterConfiguration' -Message 'Not found' -NonTerminating
        $line = Get-Inventory $world | Where-Object { $_.type -eq 'vm' }
        $line.addresses | Should -Be '10.0.0.5'
        $line.guest.ready | Should -Not -BeNullOrEmpty
    }

    It 'is no error where Hyper-V knows it no more' {
        $null = New-VM -Name 'other' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Add-FakeFault 'Get-VM' -Message 'The object was not found.' -Category ObjectNotFound -NonTerminating
        $lines = @(Get-Inventory $world)
        @($lines | Where-Object { $_.type -eq 'vm' }).name | Should -Be 'other'
    }
}

Describe 'Hyper-V itself' {
    BeforeEach { $world = New-TestHost }

    It 'is HyperVUnavailable where its service is stopped: nothing is gone' {
        $machine = Complete-TestMachine $world
        Set-FakeHost @{ vmms = 'Stopped' }
        (Update-Machine $world $machine @{ cpu_cores = 2 } 8).Outcome.code | Should -Be 'HyperVUnavailable'
        $outcome = Remove-Machine $world $machine.VmId
        $outcome.code | Should -Be 'HyperVUnavailable'
        $outcome.message | Should -Match 'vmms is Stopped'
        @(Get-Inventory $world)[-1].code | Should -Be 'HyperVUnavailable'
        Test-Path (Get-Folder $world $machine.Job 'disk.vhdx') | Should -BeTrue
    }

    It 'is AccessDenied where it shows the account nothing: nothing is gone' {
        $machine = Complete-TestMachine $world
        Set-FakeHost @{ vmms = 'Hidden' }
        (Remove-Machine $world $machine.VmId).code | Should -Be 'AccessDenied'
        @(Get-Inventory $world)[-1].code | Should -Be 'AccessDenied'
    }

    It 'is AccessDenied where it says so' {
        Add-FakeFault 'Get-VM' -Message 'You do not have the required permission.' -Category PermissionDenied -NonTerminating
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'AccessDenied'
    }

    It 'has no VMs on a new host' {
        $lines = @(Get-Inventory $world)
        $lines[-1].outcome | Should -Be 'completed'
        @($lines | Where-Object { $_.type -eq 'vm' }).Count | Should -Be 0
    }
}

Describe 'Commands of other products with the names of Hyper-V''s' {
    It 'are not called where the module Hyper-V is there, whatever was loaded last' {
        $world = New-TestHost -Cluster 'HVC01'
        $modules = Join-Path $world.Root 'modules'
        foreach ($name in 'Hyper-V', 'FailoverClusters') {
            $folder = (New-Item -ItemType Directory -Force (Join-Path $modules $name)).FullName
            Copy-Item -Recurse -Path (Join-Path $PSScriptRoot 'FakeHyperV/*') -Destination $folder -Exclude '*.psd1', '*.Tests.ps1'
            Move-Item (Join-Path $folder 'FakeHyperV.psm1') (Join-Path $folder "$name.psm1")
        }
        $shadow = (New-Item -ItemType Directory (Join-Path $modules 'VMware.VimAutomation.Core')).FullName
        $names = 'Get-VM', 'New-VM', 'Set-VM', 'Start-VM', 'Stop-VM', 'Remove-VM', 'Get-VMHost', 'Get-Cluster'
        $text = ($names | ForEach-Object { "function $_ { throw 'You are not currently connected to any servers.' }" }) -join "`n"
        [System.IO.File]::WriteAllText((Join-Path $shadow 'VMware.VimAutomation.Core.psm1'), $text)
        $prelude = "`$env:PSModulePath = '$modules' + [System.IO.Path]::PathSeparator + `$env:PSModulePath; Import-Module Hyper-V, " +
            'FailoverClusters -DisableNameChecking; Import-Module VMware.VimAutomation.Core -DisableNameChecking'
        $launch = Start-TestProcess $world (New-TestJob $world) -Prelude $prelude
        $launch.Outcome.reason | Should -Be 'WaitingForGuestKey' -Because $launch.Text
        (Start-TestProcess $world (New-TestJob $world remove -Attempt 2) -Prelude $prelude).Outcome.reason | Should -Be 'Removed'
    }
}
