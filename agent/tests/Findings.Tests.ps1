# What a removal found, in its outcome and in the tombstone: only what is certain is said, and nothing of it is ever taken back.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force


    function Get-Finding {
        # As the inventory has it.
        param($World)
        $lines = @((Invoke-TestAgent $World (New-TestJob $World inventory)).Lines | ForEach-Object { ConvertFrom-Json $_ })
        @($lines | Where-Object { $_.type -eq 'removed' }).finding
    }

    function Stop-Machine {
        # Removes the VM as a person would.
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Remove-VM -VM (Get-VM) -Force
    }
}

AfterAll { Remove-TestHost }

Describe 'The finding of a removal' {
    BeforeEach {
        $world = New-TestHost
        $tombstone = (Get-Folder $world (New-TestJob $world)) + '.removed'
    }

    It 'is VmRemoved for a VM that was here, and stays that' {
        $machine = Complete-TestMachine $world
        (Remove-Machine $world $machine.VmId).finding | Should -Be 'VmRemoved'
        Get-Finding $world | Should -Be 'VmRemoved'
        foreach ($vmId in $machine.VmId, $null) { (Remove-Machine $world $vmId 10).finding | Should -Be 'VmRemoved' }
        Get-Finding $world | Should -Be 'VmRemoved'
    }

    It 'is NoVmRegistered where the journal shows that it never came to a VM, and stays that' {
        Set-FakeHost @{ switches = @() }
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'SwitchNotFound'
        (Remove-Machine $world $null).finding | Should -Be 'NoVmRegistered'
        Get-Finding $world | Should -Be 'NoVmRegistered'
        (Remove-Machine $world $null 10).finding | Should -Be 'NoVmRegistered'
    }

    It 'is NoVmRegistered for a folder with the lock alone' {
        $null = New-Item -ItemType Directory (Get-Folder $world (New-TestJob $world))
        (Remove-Machine $world $null).finding | Should -Be 'NoVmRegistered'
    }

    It 'is NoVmFound where <What>' -ForEach @(
        @{ What = 'nothing of the machine is here'; Prepare = { $null } }
        @{ What = 'an older removal left the lock alone'; Prepare = {
                $null = New-Item -ItemType Directory (Get-Folder $world (New-TestJob $world))
                [System.IO.File]::WriteAllText($tombstone, '{}')
            }
        }
        @{ What = 'the journal was lost and the disk is there'; Prepare = {
                Set-FakeHost @{ switches = @() }
                $null = Invoke-TestAgent $world (New-TestJob $world)
                Remove-Item (Get-Folder $world (New-TestJob $world) 'journal.json')
                [System.IO.File]::WriteAllText((Get-Folder $world (New-TestJob $world) 'disk.vhdx'), 'x')
            }
        }
        @{ What = 'the VM was to be created'; Prepare = {
                Add-FakeFault 'New-VM' -Message 'x'
                $null = Invoke-TestAgent $world (New-TestJob $world)
            }
        }
        @{ What = 'the VM vanished'; Prepare = {
                $null = Invoke-TestAgent $world (New-TestJob $world)
                Stop-Machine
            }
        }
        @{ What = 'a VM was lost before'; Prepare = {
                $null = Invoke-TestAgent $world (New-TestJob $world)
                Stop-Machine
                Set-FakeHost @{ switches = @() }
                (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.code | Should -Be 'SwitchNotFound'
            }
        }
    ) {
        & $Prepare
        (Remove-Machine $world $null).finding | Should -Be 'NoVmFound'
        Get-Finding $world | Should -Be 'NoVmFound'
    }

    It 'is NoVmFound where the operator knows of a VM that the journal does not have' {
        Set-FakeHost @{ switches = @() }
        $null = Invoke-TestAgent $world (New-TestJob $world)
        (Remove-Machine $world '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d').finding | Should -Be 'NoVmFound'
    }

    It 'becomes VmRemoved when the VM comes back and is removed' {
        (Remove-Machine $world $null 1).finding | Should -Be 'NoVmFound'
        $made = New-VM -Name 'web-server-01' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $made -Notes 'hyperv-operator.io/machine-uid=3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11'
        (Remove-Machine $world $null 2).finding | Should -Be 'VmRemoved'
        Get-Finding $world | Should -Be 'VmRemoved'
    }

    It 'is in the tombstone before a file goes, and null until then' {
        $machine = Complete-TestMachine $world
        Add-FakeFault 'Stop-VM' -Message 'The VM does not stop.'
        (Remove-Machine $world $machine.VmId 9).code | Should -Be 'RemoveFailed'
        Get-Finding $world | Should -BeNullOrEmpty
        $held = [System.IO.File]::Open((Get-Folder $world $machine.Job 'lock'), 'Open', 'ReadWrite', 'None')
        $held.Dispose()
        $script = Join-Path $world.Agent 'steps/Removal.RemoveFiles.ps1'
        [System.IO.File]::WriteAllText($script, "param(`$Context) throw 'The files are in use.'")
        $outcome = Remove-Machine $world $machine.VmId 10
        $outcome.code | Should -Be 'RemoveFailed'
        $outcome.finding | Should -BeNullOrEmpty
        Get-Finding $world | Should -Be 'VmRemoved'
        Test-Path (Get-Folder $world $machine.Job 'disk.vhdx') | Should -BeTrue
    }

    It 'is not VmRemoved for a VM that could not be removed and then vanished' {
        $machine = Complete-TestMachine $world
        Add-FakeFault 'Remove-VM' -Message 'Access to a file is denied.'
        (Remove-Machine $world $machine.VmId 9).code | Should -Be 'RemoveFailed'
        Remove-VM -VM (Get-VM) -Force
        (Remove-Machine $world $machine.VmId 10).finding | Should -Be 'NoVmFound'
    }

    It 'is VmRemoved after a launch that was killed once the VM was gone' {
        $machine = Complete-TestMachine $world
        Add-FakeFault 'Remove-VM' -When after -Kill
        $job = New-TestJob $world remove -Attempt 9 -Change @{ 'machine.vm_id' = $machine.VmId }
        (Start-TestProcess $world $job).Outcome | Should -BeNullOrEmpty
        Set-FakeFault @{ cmdlets = @() }
        @(Get-VM).Count | Should -Be 0
        (Remove-Machine $world $machine.VmId 10).finding | Should -Be 'VmRemoved'
    }

    It 'is null for a tombstone of an older agent, and for one that cannot be read' {
        foreach ($text in '{"machine_uid":"x","removed_at":"2026-01-01T00:00:00Z"}', '{"finding":"Novel"}', '{', '') {
            [System.IO.File]::WriteAllText($tombstone, $text)
            Get-Finding $world | Should -BeNullOrEmpty
        }
        (Remove-Machine $world $null).finding | Should -Be 'NoVmFound'
    }
}

Describe 'The files of a removed machine' {
    It 'go in an order in which the journal shows until the end that something is left' {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        $held = Get-Folder $world $machine.Job 'zzz'
        $null = New-Item -ItemType Directory $held
        $script = Join-Path $world.Agent 'Functions.ps1'
        $text = [System.IO.File]::ReadAllText($script)
        $text.Contains('function Remove-HvoEntry') | Should -BeTrue
        $refusing = "`nfunction Remove-HvoEntry { param(`$Path) if (`$Path -like '*zzz') { throw 'It is in use.' } [System.IO.File]::Delete(`$Path) }`n"
        [System.IO.File]::WriteAllText($script, $text + $refusing)
        $steps = Join-Path $world.Agent 'steps/Removal.RemoveFiles.ps1'
        [System.IO.File]::WriteAllText($steps, [System.IO.File]::ReadAllText($steps).Replace('AddSeconds(60)', 'AddSeconds(1)'))
        (Remove-Machine $world $machine.VmId).code | Should -Be 'RemoveFailed'
        Test-Path (Get-Folder $world $machine.Job 'journal.json') | Should -BeTrue
    }
}
