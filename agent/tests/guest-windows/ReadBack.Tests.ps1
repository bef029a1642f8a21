BeforeDiscovery {
    $commands = 'Set-NetIPInterface', 'New-NetIPAddress', 'Remove-NetRoute', 'New-NetRoute', 'Set-DnsClientServerAddress', 'Set-DnsClient'
}

BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"

    $workgroup = @{}
    foreach ($name in 'jointarget', 'joinuid', 'joinpw') { $workgroup["guest_domain_$name"] = $null }

    function Invoke-Life {
        <#
        .SYNOPSIS
            Runs the guest with the static network of the plaintext, a second DNS server and a suffix, and the given fields.
        #>
        param([hashtable] $Fields = @{}, [switch] $Domain)
        $all = @{ guest_v4_dns2 = '192.168.1.11'; guest_net_dnssuffix = 'example.com' }
        if (-not $Domain) { $all += $workgroup }
        Use-FakeHost -Text (Get-FakePlaintext -Fields ($all + $Fields))
        Invoke-FakeLife
    }

    function Assert-Network {
        @($HvoFake.Addresses | ForEach-Object { "$($_.IPAddress)/$($_.PrefixLength) $($_.PrefixOrigin)" }) | Should -Be @('192.168.1.100/24 Manual')
        $HvoFake.Routes | Should -Be @('192.168.1.1')
        $HvoFake.Servers | Should -Be @('192.168.1.10', '192.168.1.11')
        $HvoFake.Suffix | Should -Be 'example.com'
        $HvoFake.Dhcp | Should -Be 'Disabled'
    }

    function Assert-Failed {
        param([string] $Step, [string] $Code, [string] $Field)
        $state = Get-FakeState
        $state.state | Should -Be 'failed'
        $state.step | Should -Be $Step
        $state.code | Should -BeExactly $Code
        if ($Field) { $state.field | Should -BeExactly $Field } else { $state.PSObject.Properties.Name | Should -Not -Contain 'field' }
    }
}

Describe 'The commands that Windows generates from CIM classes' {
    BeforeEach { New-FakeMachine }

    It 'do not see the error preference of the script that calls them, so a call needs -ErrorAction' {
        $ErrorActionPreference = 'Stop'
        $HvoFake.Failures['New-NetRoute'] = 1
        { New-NetRoute -InterfaceIndex 7 -DestinationPrefix '0.0.0.0/0' -NextHop '192.168.1.1' 2>$null } | Should -Not -Throw
        $HvoFake.Failures['New-NetRoute'] = 1
        { New-NetRoute -InterfaceIndex 7 -DestinationPrefix '0.0.0.0/0' -NextHop '192.168.1.1' -ErrorAction Stop } | Should -Throw
    }

    It 'are all called with -ErrorAction Stop' {
        $names = (Get-Module -Name FakeNetwork).ExportedFunctions.Keys
        $found = 0
        foreach ($file in Get-ChildItem -Path "$guest/lib" -Filter '*.ps1' -Recurse) {
            $tree = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$null)
            $calls = $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
            foreach ($call in $calls | Where-Object { $names -contains $_.GetCommandName() }) {
                $call.Extent.Text | Should -Match '-ErrorAction Stop' -Because $file.Name
                $found++
            }
        }
        $found | Should -BeGreaterThan 12
    }

    It 'lead to another try if <_> fails a few times' -ForEach $commands {
        $HvoFake.Routes = @('10.20.30.1')
        $HvoFake.Failures[$_] = 3
        if ($_ -eq 'Remove-NetRoute') { function Start-FakeBoot { $HvoFake.ActiveName = $HvoFake.Name; $HvoFake.Dhcp = 'Disabled'; $HvoFake.Routes = @('10.9.9.9') } }
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
        $HvoFake.Failures[$_] | Should -Be 0 -Because 'it was called'
    }

    It 'lead to NetworkFailed after ten minutes if <_> always fails' -ForEach $commands {
        if ($_ -eq 'Remove-NetRoute') { function Start-FakeBoot { $HvoFake.ActiveName = $HvoFake.Name; $HvoFake.Dhcp = 'Disabled'; $HvoFake.Routes = @('10.9.9.9') } }
        $HvoFake.Failures[$_] = 1000
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'NetworkFailed' ''
        1000 - $HvoFake.Failures[$_] | Should -Be 45
        $HvoFake.Slept | Should -BeGreaterThan 600
        $HvoFake.Slept | Should -BeLessThan 800
        @($HvoFake.Log | Where-Object { $_ -match 'StepError Network' }).Count | Should -Be 1 -Because 'the same error is logged once'
    }
}

Describe 'A lease that Windows drops late' {
    BeforeEach { New-FakeMachine }

    It 'is waited for, if it is another address (<_> looks later)' -ForEach 1, 5, 14 {
        $HvoFake.LeaseLooks = $_
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
    }

    It 'is waited for, if it equals the wanted address (<_> looks later)' -ForEach 1, 5, 14 {
        $HvoFake.LeaseLooks = $_
        $HvoFake.Addresses[0].IPAddress = '192.168.1.100'
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
    }

    It 'is removed if it does not go' {
        $HvoFake.LeaseLooks = 1000
        $HvoFake.Addresses[0].IPAddress = '192.168.1.100'
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
    }

    It 'is no error if it goes between look and removal' {
        $HvoFake.LeaseLooks = 15
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
        $HvoFake.Changes | Should -Not -Contain 'Remove-NetIPAddress' -Because 'it was gone by itself'
        $HvoFake.Log -join "`n" | Should -Not -Match 'StepError'
    }

    It 'may take the static address along that equals it, <_> times' -ForEach 1, 2, 5 {
        $HvoFake.Addresses[0].IPAddress = $HvoFake.Lease = '192.168.1.100'
        $HvoFake.LeaseLooks = 1
        $HvoFake.LeaseTakes = $_
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
        $HvoFake.LeaseTakes | Should -Be 0
    }

    It 'may take the static address along some seconds later' {
        $HvoFake.Addresses[0].IPAddress = $HvoFake.Lease = '192.168.1.100'
        $HvoFake.LeaseTakes = 1
        $HvoFake.LeaseTakesAfter = 8
        Invoke-Life | Should -Be 'Applied'
        Assert-Network
        $HvoFake.LeaseTakes | Should -Be 0
    }

    It 'is AddressMissing if it takes the address along for ever' {
        $HvoFake.Addresses[0].IPAddress = $HvoFake.Lease = '192.168.1.100'
        $HvoFake.LeaseTakes = 1000
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'AddressMissing' ''
    }
}

Describe 'What Windows does not have as requested' {
    BeforeEach { New-FakeMachine }

    It 'is NotAsRequested with <Field>, if <Change> succeeds without effect' -ForEach @(
        @{ Change = 'Set-NetIPInterface'; Field = 'guest_v4_ipaddr' }
        @{ Change = 'New-NetRoute'; Field = 'guest_v4_defaultgw' }
        @{ Change = 'Set-DnsClientServerAddress'; Field = 'guest_v4_dns1' }
        @{ Change = 'Set-DnsClient'; Field = 'guest_net_dnssuffix' }
    ) {
        $HvoFake.Ignored[$Change] = $true
        $HvoFake.Addresses = @()
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'NotAsRequested' $Field
        $HvoFake.Slept | Should -BeGreaterThan 590 -Because 'it is tried again for ten minutes'
    }

    It 'is NotAsRequested with guest_v4_dns2 if the servers are <Name>' -ForEach @(
        @{ Name = 'one too few'; Servers = @('192.168.1.10') }
        @{ Name = 'one too many'; Servers = @('192.168.1.10', '192.168.1.11', '192.168.1.12') }
        @{ Name = 'twice the first'; Servers = @('192.168.1.10', '192.168.1.10') }
    ) {
        $HvoFake.Ignored['Set-DnsClientServerAddress'] = $true
        $HvoFake.Servers = $Servers
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'NotAsRequested' 'guest_v4_dns2'
    }

    It 'is NotAsRequested with guest_v4_dns1 if the servers are in another order' {
        $HvoFake.Ignored['Set-DnsClientServerAddress'] = $true
        $HvoFake.Servers = @('192.168.1.11', '192.168.1.10')
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'NotAsRequested' 'guest_v4_dns1'
    }

    It 'is NotAsRequested with guest_v4_cidrprefix if the prefix is another one' {
        $HvoFake.Addresses = @(@{ IPAddress = '192.168.1.100'; PrefixLength = 16; PrefixOrigin = 'Manual'; AddressState = 'Preferred' })
        Find-HvoNetworkDifference -Fields @{ guest_v4_ipaddr = '192.168.1.100'; guest_v4_cidrprefix = '24' } | Should -Be 'guest_v4_cidrprefix'
    }

    It 'is NotAsRequested with guest_v4_ipaddr if the address is still that of a lease' {
        $HvoFake.Dhcp = 'Disabled'
        $HvoFake.LeaseLooks = 10
        $HvoFake.Addresses = @(@{ IPAddress = '192.168.1.100'; PrefixLength = 24; PrefixOrigin = 'Dhcp'; AddressState = 'Preferred' })
        Find-HvoNetworkDifference -Fields @{ guest_v4_ipaddr = '192.168.1.100'; guest_v4_cidrprefix = '24' } | Should -Be 'guest_v4_ipaddr'
    }

    It 'is NotAsRequested with guest_v4_ipaddr if the interface keeps another address' {
        $HvoFake.Ignored['Remove-NetIPAddress'] = $true
        $HvoFake.Addresses += @{ IPAddress = '10.1.1.1'; PrefixLength = 24; PrefixOrigin = 'Manual'; AddressState = 'Preferred' }
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'NotAsRequested' 'guest_v4_ipaddr'
    }

    It 'is NotAsRequested with guest_v4_defaultgw if the interface keeps another route' {
        $HvoFake.Ignored['Remove-NetRoute'] = $true
        $HvoFake.Dhcp = 'Disabled'
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Network' 'NotAsRequested' 'guest_v4_defaultgw'
    }

    It 'is NotAsRequested with vm_name if the name in DNS is another one' {
        $HvoFake.DnsName = 'elsewhere'
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Hostname' 'NotAsRequested' 'vm_name'
    }

    It 'is not that Windows reports no name in DNS' {
        $HvoFake.HasNoDnsName = $true
        Invoke-Life | Should -Be 'Applied'
    }

    It 'is NotAsRequested with <Field> if the account <What>' -ForEach @(
        @{ What = 'stays disabled'; Key = 'StaysDisabled'; Field = 'guest_la_uid' }
        @{ What = 'is no administrator'; Key = 'StaysOutside'; Field = 'guest_la_uid' }
        @{ What = 'has to get another password'; Key = 'MustChangePassword'; Field = 'guest_la_pw' }
        @{ What = 'has a password that expires'; Key = 'KeepsExpiring'; Field = 'guest_la_pw' }
    ) {
        $HvoFake[$Key] = $true
        # The account is made anew.
        $HvoFake.Accounts[0].Enabled = $false
        Invoke-Life -Fields @{ guest_la_uid = 'ops' } | Should -Be 'Failed'
        Assert-Failed 'Account' 'NotAsRequested' $Field
    }

    It 'is not that the group of administrators cannot be listed' {
        $HvoFake.UnresolvableMember = $true
        Invoke-Life | Should -Be 'Applied'
    }

    It 'is published in the form of the golden file' {
        $HvoFake.DnsName = 'elsewhere'
        Invoke-Life | Should -Be 'Failed'
        $golden = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText("$repository/Schemas/examples/guest/state-not-as-requested.json"))
        @((Get-FakeState).PSObject.Properties.Name) | Should -Be @($golden.PSObject.Properties.Name)
    }
}

Describe 'The password of the local administrator' {
    It 'does not expire' {
        New-FakeMachine
        Invoke-Life | Should -Be 'Applied'
        (Get-FakeAccount 'Administrator').PasswordExpires | Should -BeNullOrEmpty
    }
}

Describe 'The domain that is read back' {
    BeforeEach {
        New-FakeMachine
        $unit = @{ guest_domain_joinou = 'OU=Servers,OU=Prod,DC=example,DC=com' }
    }

    It 'has the computer in the unit, however its name is written: <_>' -ForEach 'OU=Servers,OU=Prod,DC=example,DC=com',
        'ou=servers, OU=PROD, dc=Example , DC=com', ' OU = Servers,OU=Prod,DC=example,DC=com ' {
        Invoke-Life -Domain -Fields @{ guest_domain_joinou = $_ } | Should -Be 'Applied'
        $HvoFake.Log -join "`n" | Should -Not -Match 'OuUnknown'
    }

    It 'has the computer in another unit: NotAsRequested' -ForEach 'CN=Computers,DC=example,DC=com', 'OU=Prod,DC=example,DC=com',
        'OU=Servers,OU=Servers,OU=Prod,DC=example,DC=com' {
        $HvoFake.JoinsInto = $_
        Invoke-Life -Domain -Fields $unit | Should -Be 'Failed'
        Assert-Failed 'DomainJoin' 'NotAsRequested' 'guest_domain_joinou'
        $HvoFake.Joins.Count | Should -Be 1
    }

    It 'is asked again while no domain controller answers' {
        $HvoFake.DnErrors = 5
        Invoke-Life -Domain -Fields $unit | Should -Be 'Applied'
        $HvoFake.Log -join "`n" | Should -Not -Match 'OuUnknown'
    }

    It 'is no failure if the unit cannot be read, but an entry in the log' {
        $HvoFake.DnErrors = 1000
        Invoke-Life -Domain -Fields $unit | Should -Be 'Applied'
        $HvoFake.Log -join "`n" | Should -Match 'OuUnknown'
        1000 - $HvoFake.DnErrors | Should -Be 9
    }

    It 'is no failure if a name has escaped characters, which can be written in several ways' {
        $HvoFake.JoinsInto = 'OU=A\2CB,DC=example,DC=com'
        Invoke-Life -Domain -Fields @{ guest_domain_joinou = 'OU=A\,B,DC=example,DC=com' } | Should -Be 'Applied'
        $HvoFake.Log -join "`n" | Should -Match 'OuUnknown'
    }

    It 'is another one than the requested: OtherDomain' {
        $HvoFake.AnswersAs = 'elsewhere.example'
        Invoke-Life -Domain | Should -Be 'Failed'
        Assert-Failed 'DomainJoin' 'OtherDomain' ''
    }
}

Describe 'What a restart changes' {
    BeforeEach { New-FakeMachine }

    It 'in the network is set again' {
        function Start-FakeBoot {
            $HvoFake.Restarts++
            $HvoFake.RestartPending = $false
            $HvoFake.ActiveName = $HvoFake.Name
            if ($HvoFake.Restarts -ne 2) { return }
            $HvoFake.Routes = @('10.9.9.9')
            $HvoFake.Servers = @()
            $HvoFake.Addresses = @()
        }
        Invoke-Life -Domain | Should -Be 'Applied'
        $HvoFake.Restarts | Should -Be 2
        Assert-Network
    }

    It 'in the network for ever is NotAsRequested' {
        function Start-FakeBoot {
            $HvoFake.Restarts++
            $HvoFake.RestartPending = $false
            $HvoFake.ActiveName = $HvoFake.Name
            if ($HvoFake.Restarts -ne 2) { return }
            $HvoFake.Suffix = 'other.example'
            $HvoFake.Ignored['Set-DnsClient'] = $true
        }
        Invoke-Life -Domain | Should -Be 'Failed'
        Assert-Failed 'Network' 'NotAsRequested' 'guest_net_dnssuffix'
    }

    It 'in the account is left to the policy of the domain' {
        function Start-FakeBoot {
            $HvoFake.Restarts++
            $HvoFake.RestartPending = $false
            $HvoFake.ActiveName = $HvoFake.Name
            if ($HvoFake.Restarts -eq 2) { $HvoFake.Accounts[0].Name = 'renamed-by-policy' }
        }
        Invoke-Life -Domain | Should -Be 'Applied'
        $HvoFake.Accounts.Count | Should -Be 1
    }

    It 'in the adapters is waited for' {
        function Start-FakeBoot {
            $HvoFake.Restarts++
            $HvoFake.RestartPending = $false
            $HvoFake.ActiveName = $HvoFake.Name
            if ($HvoFake.Restarts -eq 2) { $HvoFake.Adapters[0].Status = 'Disconnected' }
        }
        Use-FakeHost -Text (Get-FakePlaintext)
        $HvoFake.Act = $HvoFake.OnSleep
        $HvoFake.OnSleep = { & $HvoFake.Act; if ($HvoFake.Slept -gt 30) { $HvoFake.Adapters[0].Status = 'Up' } }
        Invoke-FakeLife | Should -Be 'Applied'
    }
}

Describe 'A step whose failure may pass' {
    BeforeEach { New-FakeMachine }

    It 'is tried again: <_>' -ForEach 'Rename-Computer', 'Rename-LocalUser', 'Set-LocalUser', 'Enable-LocalUser' {
        $HvoFake.Stumbles[$_] = 3
        Invoke-Life -Fields @{ guest_la_uid = 'ops' } | Should -Be 'Applied'
        $HvoFake.Stumbles[$_] | Should -Be 0
        $HvoFake.Log -join "`n" | Should -Not -Match 'Canary'
    }

    It 'is final after ten minutes: <Command>' -ForEach @(
        @{ Command = 'Rename-Computer'; Step = 'Hostname'; Code = 'HostnameNotSet' }
        @{ Command = 'Enable-LocalUser'; Step = 'Account'; Code = 'AccountRefused' }
    ) {
        $HvoFake.Stumbles[$Command] = 1000
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed $Step $Code ''
        1000 - $HvoFake.Stumbles[$Command] | Should -Be 45
    }

    It 'is not tried again if it cannot pass' {
        $HvoFake.PolicyRefusesPassword = $true
        $before = $HvoFake.Slept
        Invoke-Life | Should -Be 'Failed'
        Assert-Failed 'Account' 'PasswordRefused' ''
        $HvoFake.Slept - $before | Should -BeLessThan 10
    }
}
