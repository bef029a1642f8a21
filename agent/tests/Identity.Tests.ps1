# Every job names its host. If another machine answers at the address, it refuses the job and changes nothing.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function Get-Everything {
        # All that a launch could have left on the host.
        param($World)
        @(Get-ChildItem -Recurse -Force -Name $World.Machines) + @(Get-VM | ForEach-Object { "$($_.Id) $($_.State)" })
    }
}

AfterAll { Remove-TestHost }

Describe 'A job for another host' {
    BeforeDiscovery {
        $others = @(
            foreach ($golden in 'provision-first', 'update', 'remove', 'inventory') {
                @{ Golden = $golden; Fact = 'smbiosUuid'; What = 'hardware' }
                @{ Golden = $golden; Fact = 'machineGuid'; What = 'Windows' }
            }
        )
    }

    It 'is HostIdentityChanged on other <What>, and changes nothing: <Golden>' -ForEach $others {
        $other = '99999999-2222-4333-8444-555555555555'
        $world = New-TestHost -Property @{ $Fact = $other }
        $made = New-VM -Name 'web-server-01' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $job = New-TestJob $world $Golden -Attempt 9
        Set-VM -VM $made -Notes "hyperv-operator.io/machine-uid=3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11"
        Remove-Item -Recurse $world.Machines
        $null = New-Item -ItemType Directory $world.Machines
        $before = Get-Everything $world
        $launch = Invoke-TestAgent $world $job
        $launch.Outcome.code | Should -Be 'HostIdentityChanged'
        $launch.Outcome.message | Should -Match $other
        $launch.Outcome.message | Should -Match $job.host.identity.smbios_uuid
        $launch.Lines.Count | Should -Be 1
        Get-Everything $world | Should -Be $before
        Test-Path $world.Machines | Should -BeTrue
    }

    It 'is HostIdentityChanged before the host is asked what it allows' {
        $world = New-TestHost -Property @{ smbiosUuid = [string][guid]::NewGuid() }
        Remove-Item (Join-Path $world.Agent 'agent.json')
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'HostIdentityChanged'
    }
}

Describe 'The identity in a job' {
    BeforeAll { $world = New-TestHost }

    It 'may be written in other letters' {
        $job = New-TestJob $world inventory
        $job.host.identity = @{ smbios_uuid = $job.host.identity.smbios_uuid.ToUpper(); machine_guid = $job.host.identity.machine_guid.ToUpper() }
        (Invoke-TestAgent $world $job).Outcome.outcome | Should -Be 'completed'
    }

    It 'has to be there if the job changes the host: <Golden>' -ForEach @(
        @{ Golden = 'provision-first' }, @{ Golden = 'update' }, @{ Golden = 'remove' }
    ) {
        foreach ($job in (New-TestJob $world $Golden -Without 'host.identity'), (New-TestJob $world $Golden -Change @{ 'host.identity' = $null })) {
            $launch = Invoke-TestAgent $world $job
            $launch.Outcome.code | Should -Be 'InvalidDefinition'
            $launch.Outcome.message | Should -Match 'host\.identity'
        }
        @(Get-ChildItem $world.Machines).Count | Should -Be 0
    }

    It 'has to have both of its keys' {
        foreach ($key in 'smbios_uuid', 'machine_guid') {
            $launch = Invoke-TestAgent $world (New-TestJob $world inventory -Without "host.identity.$key")
            $launch.Outcome.code | Should -Be 'InvalidDefinition'
            $launch.Outcome.message | Should -Match "host\.identity\.$key"
        }
    }

    It 'may be missing in an inventory' {
        (Invoke-TestAgent $world (New-TestJob $world inventory -Without 'host.identity')).Outcome.outcome | Should -Be 'completed'
        (Invoke-TestAgent $world (New-TestJob $world inventory -Change @{ 'host.identity' = $null })).Outcome.outcome | Should -Be 'completed'
    }
}
