# Updates: only what differs is changed, a VM that has to be off for it comes back, and the machine stays complete.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

}

AfterAll { Remove-TestHost }

Describe 'An update' {
    BeforeEach {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
    }

    It 'does nothing where nothing differs' {
        $before = @(Get-FakeLedger).Count
        $launch = Update-Machine $world $machine @{ cpu_cores = 4; gb_ram = 8; power_state = 'Running' }
        $launch.Outcome.reason | Should -Be 'Updated'
        $launch.Steps | Should -Be @('SetProcessor:skipped', 'SetMemory:skipped', 'SetPower:skipped')
        @(Get-FakeLedger).Count | Should -Be $before
    }

    It 'shuts the guest down for processors and starts the VM again, whether power is named or not' {
        foreach ($round in @{ cpu = 8; power = 'Running'; n = 9 }, @{ cpu = 6; power = $null; n = 10 }) {
            Set-FakeGuest -Id $machine.VmId
            $launch = Update-Machine $world $machine @{ cpu_cores = $round.cpu; power_state = $round.power } $round.n
            $launch.Outcome.reason | Should -Be 'Updated'
            (Get-VM).ProcessorCount | Should -Be $round.cpu
            (Get-VM).State | Should -Be 'Running'
        }
        @(Get-FakeLedger 'Stop-VM' | Where-Object { $_.detail.TurnOff }).Count | Should -Be 0
    }

    It 'starts the VM again in the next launch when it was killed in between' {
        Set-FakeGuest -Id $machine.VmId
        Add-FakeFault 'Set-VMProcessor' -Message 'killed here'
        (Update-Machine $world $machine @{ cpu_cores = 8 }).Outcome.outcome | Should -Be 'failed'
        (Get-VM).State | Should -Be 'Off'
        (Update-Machine $world $machine @{ cpu_cores = 8 } 10).Outcome.reason | Should -Be 'Updated'
        (Get-VM).State | Should -Be 'Running'
        (Get-VM).ProcessorCount | Should -Be 8
    }

    It 'changes the memory of a running VM without stopping it' {
        (Update-Machine $world $machine @{ gb_ram = 16 }).Outcome.reason | Should -Be 'Updated'
        (Get-VM).MemoryStartup | Should -Be 16GB
        @(Get-FakeLedger 'Stop-VM').Count | Should -Be 0
    }

    It 'shuts the guest down for memory where it cannot be changed while it runs' {
        Set-FakeGuest -Id $machine.VmId
        Add-FakeFault 'Set-VMMemory' -Message 'The operation is not supported by this guest.'
        (Update-Machine $world $machine @{ gb_ram = 4 }).Outcome.reason | Should -Be 'Updated'
        (Get-VM).MemoryStartup | Should -Be 4GB
        (Get-VM).State | Should -Be 'Running'
    }

    It 'is InsufficientMemory for more than the host has free, and changes nothing' {
        (Update-Machine $world $machine @{ gb_ram = 12000 }).Outcome.code | Should -Be 'InsufficientMemory'
        (Get-VM).MemoryStartup | Should -Be 8GB
        (Get-VM).State | Should -Be 'Running'
    }

    It 'leaves a guest running that does not answer: GuestTimeout' {
        Set-FakeGuest -Id $machine.VmId -Heartbeat 'NoContact'
        $launch = Update-Machine $world $machine @{ cpu_cores = 8 }
        $launch.Outcome.code | Should -Be 'GuestTimeout'
        (Get-VM).State | Should -Be 'Running'
        (Get-VM).ProcessorCount | Should -Be 4
    }

    It 'turns off, on and off again as asked for' {
        foreach ($round in @{ power = 'Off'; n = 9 }, @{ power = 'Running'; n = 10 }, @{ power = 'Off'; n = 11 }) {
            (Update-Machine $world $machine @{ power_state = $round.power } $round.n).Outcome.reason | Should -Be 'Updated'
            (Get-VM).State | Should -Be $round.power
        }
    }

    It 'keeps the machine complete, whatever becomes of the update' {
        Add-FakeFault 'Set-VMProcessor' -Message 'x'
        Set-FakeGuest -Id $machine.VmId
        $null = Update-Machine $world $machine @{ cpu_cores = 8 }
        $journal = Get-Journal $world $machine.Job
        $journal.state | Should -Be 'completed'
        $journal.attempt | Should -Be 9
        (Update-Machine $world $machine @{ cpu_cores = 8 } 9).Outcome.code | Should -Be 'Superseded'
    }

    It 'is VmMissing for a VM that is gone and NotOwned for one without the mark' {
        Set-VM -VM (Get-VM) -Notes 'backup=daily'
        (Update-Machine $world $machine @{ cpu_cores = 2 }).Outcome.code | Should -Be 'NotOwned'
        (Get-VM).ProcessorCount | Should -Be 4
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Remove-VM -VM (Get-VM) -Force
        (Update-Machine $world $machine @{ cpu_cores = 2 } 10).Outcome.code | Should -Be 'VmMissing'
    }

    It 'works where the folder of the machine was lost' {
        Remove-Item -Recurse (Get-Folder $world $machine.Job)
        (Update-Machine $world $machine @{ gb_ram = 4 }).Outcome.reason | Should -Be 'Updated'
        (Get-Journal $world $machine.Job).state | Should -Be 'completed'
    }
}
