BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
}

Describe 'The steps of the configuration' {
    BeforeEach {
        New-FakeMachine
        $without = @{}
        foreach ($name in 'jointarget', 'joinuid', 'joinpw') { $without["guest_domain_$name"] = $null }
    }

    It 'renames an enabled built-in administrator, so that no account keeps the password of the image' {
        Use-FakeHost -Text (Get-FakePlaintext -Fields ($without + @{ guest_la_uid = 'ops' }))
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Accounts.Count | Should -Be 1
        $HvoFake.Accounts[0].Name | Should -Be 'ops'
        $HvoFake.Accounts[0].Password | Should -Be 'Canary-7f3a-Local!'
        $HvoFake.Administrators | Should -Be @('S-1-5-21-1-2-3-500')
    }

    It 'creates an account if the built-in administrator is disabled' {
        $HvoFake.Accounts[0].Enabled = $false
        Use-FakeHost -Text (Get-FakePlaintext -Fields ($without + @{ guest_la_uid = 'ops' }))
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Accounts.Count | Should -Be 2
        $HvoFake.Accounts[0].Enabled | Should -BeFalse
        $HvoFake.Accounts[1].Name | Should -Be 'ops'
        $HvoFake.Administrators | Should -Contain $HvoFake.Accounts[1].SID
    }

    It 'uses an account of the image, enables it and makes it an administrator' {
        $HvoFake.Accounts += New-FakeAccount -Name 'OPS' -Sid 'S-1-5-21-1-2-3-1002' -Password 'old' -Enabled $false
        Use-FakeHost -Text (Get-FakePlaintext -Fields ($without + @{ guest_la_uid = 'ops' }))
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Accounts[1].Password | Should -Be 'Canary-7f3a-Local!'
        $HvoFake.Accounts[1].Enabled | Should -BeTrue
        $HvoFake.Administrators | Should -Contain 'S-1-5-21-1-2-3-1002'
        $HvoFake.Accounts[0].Name | Should -Be 'Administrator'
    }

    It 'sets the second DNS server and the suffix' {
        $more = @{ guest_v4_dns2 = '192.168.1.11'; guest_net_dnssuffix = 'example.com' }
        Use-FakeHost -Text (Get-FakePlaintext -Fields ($without + $more))
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Servers | Should -Be @('192.168.1.10', '192.168.1.11')
        $HvoFake.Suffix | Should -Be 'example.com'
    }

    It 'changes nothing in a network that is as wanted' {
        $HvoFake.Dhcp = 'Disabled'
        $HvoFake.Addresses = @(@{ IPAddress = '192.168.1.100'; PrefixLength = 24; PrefixOrigin = 'Manual'; AddressState = 'Preferred' })
        $HvoFake.Routes = @('192.168.1.1')
        $HvoFake.Servers = @('192.168.1.10')
        Use-FakeHost -Text (Get-FakePlaintext -Fields $without)
        Invoke-FakeLife | Should -Be 'Applied'
        @($HvoFake.Changes | Where-Object { $_ -match 'Net|Dns' }) | Should -BeNullOrEmpty
    }

    It 'replaces the same address with another prefix' {
        $HvoFake.Dhcp = 'Disabled'
        $HvoFake.Addresses = @(@{ IPAddress = '192.168.1.100'; PrefixLength = 16; PrefixOrigin = 'Manual'; AddressState = 'Preferred' })
        Use-FakeHost -Text (Get-FakePlaintext -Fields $without)
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Addresses.Count | Should -Be 1
        $HvoFake.Addresses[0].PrefixLength | Should -Be 24
    }

    It 'uses the first adapter that is up' {
        $HvoFake.Adapters = @(@{ ifIndex = 3; Status = 'Disconnected' }, @{ ifIndex = 12; Status = 'Up' }, @{ ifIndex = 5; Status = 'Up' })
        Find-HvoNetworkAdapter | Should -Be 5
    }

    It 'waits for an adapter that is up' {
        $HvoFake.Adapters = @(@{ ifIndex = 7; Status = 'Disconnected' })
        Use-FakeHost -Text (Get-FakePlaintext -Fields $without)
        $HvoFake.Act = $HvoFake.OnSleep
        $HvoFake.OnSleep = { & $HvoFake.Act; if ([string](Get-FakeRegistry 'Guest' 'ProvisioningState') -cmatch 'Network') { $HvoFake.Adapters[0].Status = 'Up' } }
        Invoke-FakeLife | Should -Be 'Applied'
    }

    It 'joins with the OU, and with a qualified account as given' {
        $more = @{ guest_domain_joinou = 'OU=Servers,DC=example,DC=com'; guest_domain_joinuid = 'svc@example.com' }
        Use-FakeHost -Text (Get-FakePlaintext -Fields $more)
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Joins[0].Ou | Should -Be 'OU=Servers,DC=example,DC=com'
        $HvoFake.Joins[0].User | Should -Be 'svc@example.com'
    }

    It 'recognises a domain that reports another name than the one it was joined by' {
        $HvoFake.AnswersAs = 'corp.example.com'
        Use-FakeHost -Text (Get-FakePlaintext -Fields @{ guest_domain_jointarget = 'corp' })
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Joins.Count | Should -Be 1
    }

    It 'retries while the domain cannot be reached, or while the clock is wrong' {
        $HvoFake.JoinError = 1355, 1722, 1398
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Joins.Count | Should -Be 4
    }
}

Describe 'A failure is reported as a step and a code of closed lists' {
    BeforeEach { New-FakeMachine }
    AfterEach {
        # After any failure, the guest has deleted data and key.
        $HvoFake.Keys.Count | Should -Be 0
        @($HvoFake.Files.Keys | Where-Object { $_ -like '*jwe*' }) | Should -BeNullOrEmpty
        foreach ($text in @($HvoFake.Files.Values) + @($HvoFake.Registry.Values) + @($HvoFake.Log)) {
            $text | Should -Not -Match 'Canary-7f3a'
        }
        Invoke-HvoGuest -Root '/hvo' | Should -Be 'AlreadyProvisioned'
    }

    It 'Windows error <Number> at the join is <Code>' -ForEach @(
        @{ Number = 1326; Code = 'LogonFailure' }
        @{ Number = 1331; Code = 'LogonFailure' }
        @{ Number = 1909; Code = 'LogonFailure' }
        @{ Number = 5; Code = 'AccessDenied' }
        @{ Number = 2; Code = 'OuNotFound' }
        @{ Number = 2224; Code = 'ComputerExists' }
        @{ Number = 2732; Code = 'ComputerExists' }
        @{ Number = 8557; Code = 'JoinQuotaExceeded' }
        @{ Number = 4444; Code = 'DomainJoinFailed' }
    ) {
        $HvoFake.JoinError = @($Number)
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        $state = Get-FakeState
        $state.state | Should -Be 'failed'
        $state.step | Should -Be 'DomainJoin'
        $state.code | Should -Be $Code
        $HvoFake.Joins.Count | Should -Be 1 -Because 'an account must not be locked out'
    }

    It 'a domain that cannot be reached is DomainUnreachable after ten minutes' {
        $HvoFake.JoinError = @(1355) * 100
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'DomainUnreachable'
        $HvoFake.Joins.Count | Should -Be 45
    }

    It 'a clock that stays wrong is TimeSkew after ten minutes' {
        $HvoFake.JoinError = @(1398) * 100
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'TimeSkew'
        $HvoFake.Joins.Count | Should -Be 45
    }

    It 'a VM that is in another domain is OtherDomain' {
        $HvoFake.Domain = 'elsewhere.example'
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'OtherDomain'
        $HvoFake.Joins.Count | Should -Be 0
    }

    It 'a password that Windows rejects is PasswordRefused' {
        $HvoFake.PolicyRefusesPassword = $true
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).step | Should -Be 'Account'
        (Get-FakeState).code | Should -Be 'PasswordRefused'
    }

    It 'an address that another machine uses is AddressInUse' {
        $HvoFake.AddressState = 'Duplicate'
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).step | Should -Be 'Network'
        (Get-FakeState).code | Should -Be 'AddressInUse'
    }

    It 'an address that does not become usable is AddressMissing' {
        $HvoFake.AddressState = 'Tentative'
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'AddressMissing'
    }

    It 'a VM without an adapter that is up is NoInterface' {
        $HvoFake.Adapters = @()
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'NoInterface'
    }

    It 'a name that does not take effect is RestartFailed, not an endless series of restarts' {
        function Start-FakeBoot { $HvoFake.Restarts++ }
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).step | Should -Be 'Hostname'
        (Get-FakeState).code | Should -Be 'RestartFailed'
        $HvoFake.Restarts | Should -Be 5
    }

    It 'an unexpected error has the default code of the step, and no text' {
        function Rename-Computer {
            [CmdletBinding()]
            param([Parameter(Mandatory)] [string] $NewName, [switch] $Force)
            throw "Canary-7f3a in a text about $NewName, $Force."
        }
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'HostnameNotSet'
    }

    It 'data with <What> is <Code>' -ForEach @(
        @{ What = 'another protocol'; Top = @{ protocol = 2 }; Fields = @{}; Code = 'UnsupportedProtocol' }
        @{ What = 'another family'; Top = @{ os_family = 'linux' }; Fields = @{}; Code = 'WrongFamily' }
        @{ What = 'no fields'; Top = @{ fields = $null }; Fields = @{}; Code = 'InvalidData' }
        @{ What = 'no name'; Top = @{}; Fields = @{ vm_name = $null }; Code = 'InvalidData' }
        @{ What = 'a name of 16 characters'; Top = @{}; Fields = @{ vm_name = 'a234567890123456' }; Code = 'InvalidData' }
        @{ What = 'a name that is a command'; Top = @{}; Fields = @{ vm_name = 'a;b' }; Code = 'InvalidData' }
        @{ What = 'a name of digits'; Top = @{}; Fields = @{ vm_name = '12345' }; Code = 'InvalidData' }
        @{ What = 'no password'; Top = @{}; Fields = @{ guest_la_pw = $null }; Code = 'InvalidData' }
        @{ What = 'a long account name'; Top = @{}; Fields = @{ guest_la_uid = 'a' * 21 }; Code = 'InvalidData' }
        @{ What = 'half a network'; Top = @{}; Fields = @{ guest_v4_dns1 = $null }; Code = 'InvalidData' }
        @{ What = 'a wrong address'; Top = @{}; Fields = @{ guest_v4_ipaddr = '192.168.1.300' }; Code = 'InvalidData' }
        @{ What = 'a short address'; Top = @{}; Fields = @{ guest_v4_ipaddr = '10.1' }; Code = 'InvalidData' }
        @{ What = 'a wrong prefix'; Top = @{}; Fields = @{ guest_v4_cidrprefix = 31 }; Code = 'InvalidData' }
        @{ What = 'half a join'; Top = @{}; Fields = @{ guest_domain_joinpw = $null }; Code = 'InvalidData' }
        @{ What = 'a field that is a list'; Top = @{}; Fields = @{ vm_name = @('a') }; Code = 'InvalidData' }
    ) {
        Use-FakeHost -Text (Get-FakePlaintext -Fields $Fields -Top $Top)
        Invoke-FakeLife | Should -Be 'Failed'
        $state = Get-FakeState
        $state.step | Should -Be 'Read'
        $state.code | Should -Be $Code
        $HvoFake.Name | Should -Be 'WIN-IMAGE'
    }

    It 'a key that was lost after the data was stored is KeyLost' {
        Use-FakeHost
        $HvoFake.KillAt = 7
        $HvoFake.KillAfter = $true
        { Invoke-HvoGuest -Root '/hvo' } | Should -Throw
        $HvoFake.Changes | Should -Contain 'Write state.json'
        $HvoFake.Killed = $false
        $HvoFake.KillAt = 0
        $HvoFake.Keys.Clear()
        Invoke-FakeLife | Should -Be 'Failed'
        (Get-FakeState).code | Should -Be 'KeyLost'
        $HvoFake.Name | Should -Be 'WIN-IMAGE'
    }
}

Describe 'JSON that the guest receives' {
    It 'keeps strings as they are: <Text>' -ForEach @(
        @{ Text = '2026-01-01T00:00:00Z' }, @{ Text = '/Date(1234567890000)/' }, @{ Text = "a`"b\c/d`te`r`n" }
        @{ Text = [string][char]0x1F + [char]0xE9 + [char]::ConvertFromUtf32(0x1F511) }, @{ Text = ' space ' }
        @{ Text = '</root>&lt;![CDATA[' }
    ) {
        $json = ConvertTo-Json -InputObject @{ value = $Text } -Compress
        (ConvertFrom-HvoJsonText -Text $json)['value'] | Should -BeExactly $Text
    }

    It 'reads keys of any spelling, by their exact spelling' {
        $read = ConvertFrom-HvoJsonText -Text '{"a b":"1","A":"2","a":"3","item":"4","":"5","":null}'.Replace(',"":null', '')
        $read['a b'] | Should -Be '1'
        $read['A'] | Should -Be '2'
        $read['a'] | Should -Be '3'
        $read['item'] | Should -Be '4'
        $read['b'] | Should -BeNullOrEmpty
    }

    It 'reads numbers, booleans, nulls, lists and objects' {
        $read = ConvertFrom-HvoJsonText -Text '{"n":24,"t":true,"f":false,"z":null,"l":["a",1],"o":{"x":"y"}}'
        $read['n'] | Should -BeExactly '24'
        $read['t'] | Should -BeTrue
        $read['f'] | Should -BeFalse
        $read['z'] | Should -BeNullOrEmpty
        $read['l'] | Should -Be @('a', '1')
        $read['o']['x'] | Should -Be 'y'
    }

    It 'is refused without quoting it: <Text>' -ForEach @(
        @{ Text = '' }, @{ Text = 'Canary' }, @{ Text = '"Canary"' }, @{ Text = '["Canary"]' }, @{ Text = '{"a":"Canary"' }
        @{ Text = '{"a":"Canary","a":"b"}' }, @{ Text = '{"a":"Canary"}{}' }, @{ Text = '{"a":"Canary"} x' }
        @{ Text = '{"a":' * 20 + '"Canary"' + '}' * 20 }
    ) {
        $problem = { ConvertFrom-HvoJsonText -Text $Text } | Should -Throw -ExceptionType ([FormatException]) -PassThru
        [string]$problem | Should -Not -Match 'Canary'
    }
}
