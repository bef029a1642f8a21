BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
}

Describe 'A Windows guest from its first boot to its final state' {
    BeforeEach {
        New-FakeMachine
        Use-FakeHost
    }

    It 'applies all fields and publishes that it has' {
        Invoke-FakeLife | Should -Be 'Applied'
        $state = Get-FakeState
        $state.state | Should -Be 'applied'
        $state.step | Should -Be 'Done'
        $state.code | Should -Be 'None'
        $state.vm | Should -Be '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
        $state.run | Should -Be 'b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10'
        $HvoFake.ActiveName | Should -Be 'web-server-01'
        $HvoFake.Domain | Should -Be 'example.com'
        (Get-FakeAccount 'Administrator').Password | Should -Be 'Canary-7f3a-Local!'
        $HvoFake.Addresses.Count | Should -Be 1
        $HvoFake.Addresses[0].IPAddress | Should -Be '192.168.1.100'
        $HvoFake.Addresses[0].PrefixLength | Should -Be 24
        $HvoFake.Routes | Should -Be @('192.168.1.1')
        $HvoFake.Servers | Should -Be @('192.168.1.10')
        $HvoFake.Dhcp | Should -Be 'Disabled'
    }

    It 'restarts between the new name and the domain join, and once more after it' {
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Restarts | Should -Be 2
        $HvoFake.Joins.Count | Should -Be 1
        $HvoFake.Joins[0].Name | Should -Be 'web-server-01'
        $HvoFake.Joins[0].User | Should -Be 'example.com\svc-domainjoin'
        $HvoFake.Joins[0].Password | Should -Be 'Canary-7f3a-Domain!'
    }

    It 'publishes a key for this VM, and removes it once the data is stored' {
        $HvoFake.OnSleep = { throw 'Stop here.' }
        { Invoke-HvoGuest -Root '/hvo' } | Should -Throw 'Stop here.'
        $ready = ConvertFrom-Json -InputObject (Get-FakeRegistry 'Guest' 'ProvisioningReady')
        $ready.protocol | Should -Be 1
        $ready.vm | Should -Be '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
        $ready.key.kty | Should -Be 'RSA'
        $ready.key.e | Should -Be 'AQAB'
        (Get-FakeRegistry 'Guest' 'ProvisioningReady').Length | Should -BeLessOrEqual 1000
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Applied'
        Get-FakeRegistry 'Guest' 'ProvisioningReady' | Should -BeNullOrEmpty
    }

    It 'publishes its state only after the data is stored' {
        Invoke-FakeLife | Should -Be 'Applied'
        $changes = @($HvoFake.Changes)
        $stored = [Array]::IndexOf($changes, 'Write data.jwe')
        $saved = [Array]::IndexOf($changes, 'Write state.json')
        $published = [Array]::IndexOf($changes, 'Set ProvisioningState')
        $removed = [Array]::IndexOf($changes, 'Remove ProvisioningReady')
        $stored | Should -BeGreaterOrEqual 0
        $saved | Should -BeGreaterThan $stored
        $published | Should -BeGreaterThan $saved
        $removed | Should -BeGreaterThan $published
    }

    It 'deletes data and key at the end' {
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Keys.Count | Should -Be 0
        @($HvoFake.Files.Keys | Where-Object { $_ -like '*jwe*' }).Count | Should -Be 0
    }

    It 'changes nothing on later boots, whatever is published' {
        Invoke-FakeLife | Should -Be 'Applied'
        $before = $HvoFake.Count
        Publish-FakeData (New-FakeSealedData -Public (Get-FakeKey).ExportParameters($false))
        Start-FakeBoot
        Invoke-HvoGuest -Root '/hvo' | Should -Be 'AlreadyProvisioned'
        $HvoFake.Count | Should -Be $before
    }

    It 'waits until the host has published the VM id' {
        $parameter = 'SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId'
        $HvoFake.Registry.Remove($parameter)
        $HvoFake.OnSleep = {
            $HvoFake.Registry[$parameter] = '5D2C7D0A-3A44-4C6E-A0A8-0F5F1F2B3C4D'
            Use-FakeHost
        }
        Invoke-FakeLife | Should -Be 'Applied'
    }

    It 'gives up until the next boot without a host' {
        $HvoFake.Registry.Clear()
        Invoke-HvoGuest -Root '/hvo' | Should -Be 'NoVmId'
        $HvoFake.Count | Should -Be 0
    }

    It 'needs neither static network nor domain' {
        $fewer = @{}
        foreach ($name in 'ipaddr', 'cidrprefix', 'defaultgw', 'dns1') { $fewer["guest_v4_$name"] = $null }
        foreach ($name in 'jointarget', 'joinuid', 'joinpw') { $fewer["guest_domain_$name"] = $null }
        Use-FakeHost -Text (Get-FakePlaintext -Fields $fewer)
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Dhcp | Should -Be 'Enabled'
        $HvoFake.Domain | Should -Be 'WORKGROUP'
        $HvoFake.Restarts | Should -Be 1
    }

    It 'writes no secret to any file or log, and passes none as an argument' {
        $trace = Join-Path $TestDrive 'trace.txt'
        $life = { Invoke-FakeLife -BootAfterKill *>&1 | Out-String }
        $said = Trace-Command -Name 'ParameterBinding*', 'ParameterBinder*' -FilePath $trace -Expression $life
        $said | Should -Match 'Applied'
        $said | Should -Not -Match 'Canary-7f3a'
        $traced = [System.IO.File]::ReadAllText($trace)
        $traced | Should -Match 'guest_la_uid|Rename-Computer' -Because 'the trace has to contain the arguments'
        @($traced -split "`n" | Where-Object { $_ -match 'Canary-7f3a' }) | Should -BeNullOrEmpty
        foreach ($text in @($HvoFake.Files.Values) + @($HvoFake.Registry.Values) + @($HvoFake.Log)) {
            $text | Should -Not -Match 'Canary-7f3a'
        }
        $HvoFake.Log.Count | Should -BeGreaterThan 5
    }
}

Describe 'A guest that is killed at any change' {
    BeforeDiscovery {
        # Except for the first, before a change is the same as after the previous one. The last test checks the number.
        $cases = @(@{ Number = 1; After = $false; Boot = $false })
        $cases += foreach ($number in 1..38) {
            foreach ($boot in $false, $true) { @{ Number = $number; After = $true; Boot = $boot } }
        }
    }

    It 'reaches the same state (change <Number>, after it: <After>, with a restart: <Boot>)' -ForEach $cases {
        New-FakeMachine
        $HvoFake.KillAt = $Number
        $HvoFake.KillAfter = $After
        Use-FakeHost
        # Killed after its last change, the guest has nothing left to do.
        Invoke-FakeLife -BootAfterKill:$Boot | Should -BeIn @('Applied', 'AlreadyProvisioned')
        (Get-FakeState).state | Should -Be 'applied'
        $HvoFake.ActiveName | Should -Be 'web-server-01'
        $HvoFake.Domain | Should -Be 'example.com'
        (Get-FakeAccount 'Administrator').Password | Should -Be 'Canary-7f3a-Local!'
        $HvoFake.Accounts.Count | Should -Be 1
        $HvoFake.Addresses.Count | Should -Be 1
        $HvoFake.Routes | Should -Be @('192.168.1.1')
        @($HvoFake.Changes | Where-Object { $_ -eq 'Add-Computer' }).Count | Should -Be 1
        @($HvoFake.Changes | Where-Object { $_ -eq 'Rename-Computer' }).Count | Should -Be 1
        $HvoFake.Joins[-1].Name | Should -Be 'web-server-01'
        $HvoFake.Restarts | Should -BeGreaterThan $HvoFake.JoinedAt -Because 'Windows has to be restarted after the join'
        $HvoFake.Keys.Count | Should -Be 0
        Get-FakeRegistry 'Guest' 'ProvisioningReady' | Should -BeNullOrEmpty
        $HvoFake.Files.Keys | Should -Not -Contain '/hvo/guest/5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d/data.jwe'
        Invoke-HvoGuest -Root '/hvo' | Should -Be 'AlreadyProvisioned'
    }

    It 'was killed at every change' {
        New-FakeMachine
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Count | Should -Be 38
    }
}
