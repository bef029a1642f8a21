# Key-value pairs: what the host writes to them and how, and what it takes from a guest that is hostile.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Bundle.psm1')
    . (Get-AgentFunction)
}

AfterAll { Remove-TestHost }

Describe 'Publishing' {
    BeforeEach {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        $guest = New-TestGuest
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $job = New-TestJob $world -Attempt 2
        $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
    }

    It 'waits for a job that the service answers with (4096)' {
        Set-FakeFault @{ kvpAnswer = 'job' }
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
        Get-Publication $vmId | Should -BeExactly $job.sealed_data
    }

    It 'replaces what was published before, whatever is left of it' {
        $system = Get-HvoVmCimInstance -VmId $vmId
        Set-HvoProvisioningData -System $system -VmId $vmId -Items ([ordered]@{
                'ProvisioningData' = 'old'; 'ProvisioningData.0' = 'old'; 'ProvisioningData.77' = 'old'
            })
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
        Get-Publication $vmId | Should -BeExactly $job.sealed_data
        (Get-FakeHostItem -Id $vmId).Count | Should -Be 5
    }

    It 'goes on when an answer was lost after the items were added' {
        Add-FakeFault 'Invoke-CimMethod AddKvpItems' -When after -Message 'The RPC server is unavailable.'
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
        Get-Publication $vmId | Should -BeExactly $job.sealed_data
    }

    It 'modifies an item that somebody added in between' {
        $system = Get-HvoVmCimInstance -VmId $vmId
        Set-HvoProvisioningData -System $system -VmId $vmId -Items ([ordered]@{ 'ProvisioningData.0' = 'old' })
        Set-HvoProvisioningData -System $system -VmId $vmId -Items ([ordered]@{ 'ProvisioningData.0' = 'new'; 'ProvisioningData.1' = 'more' })
        (Get-FakeHostItem -Id $vmId)['ProvisioningData.0'] | Should -Be 'new'
        @(Get-FakeLedger 'ModifyKvpItems').Count | Should -Be 1
        @(Get-FakeLedger 'AddKvpItems').Count | Should -Be 2
    }

    It 'gives the service at most 128 items at a time, to add and to remove' {
        $system = Get-HvoVmCimInstance -VmId $vmId
        $items = [ordered]@{}
        0..299 | ForEach-Object { $items["ProvisioningData.$_"] = "part $_" }
        Set-HvoProvisioningData -System $system -VmId $vmId -Items $items
        @(Get-FakeLedger 'AddKvpItems' | ForEach-Object { @($_.detail.names).Count }) | Should -Be @(128, 128, 44)
        Clear-HvoProvisioningData -System $system -VmId $vmId
        @(Get-FakeLedger 'RemoveKvpItems' | ForEach-Object { @($_.detail.names).Count }) | Should -Be @(128, 128, 44)
        (Get-FakeHostItem -Id $vmId).Count | Should -Be 0
    }

    It 'leaves items of others alone' {
        $system = Get-HvoVmCimInstance -VmId $vmId
        Invoke-HvoKvpMethod -System $system -Method AddKvpItems -Items @(ConvertTo-HvoKvpItem -Name 'Backup' -Data 'yes')
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
        Clear-HvoProvisioningData -System $system -VmId $vmId
        @((Get-FakeHostItem -Id $vmId).Keys) | Should -Be @('Backup')
    }

    It 'fails with PublishFailed where items do not go' {
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $guest $vmId $job.run.id }
        Add-FakeFault 'Invoke-CimMethod RemoveKvpItems' -Message 'Refused.' -Times 0
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 3)
        $launch.Outcome.code | Should -Be 'PublishFailed'
        $launch.Steps | Should -Contain 'PurgeProvisioningData:failed'
        Set-FakeFault @{ cmdlets = @() }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 4)).Outcome.reason | Should -Be 'Provisioned'
    }

    It 'does not write again what is there already' {
        $null = Invoke-TestAgent $world $job
        $before = @(Get-FakeLedger).Count
        $job.run.attempt = 3
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
        @(Get-FakeLedger).Count | Should -Be $before
    }

    It 'accepts data that is out already although the guest has stopped posting its key' {
        $null = Invoke-TestAgent $world $job
        Set-FakeGuest -Id $vmId
        $job.run.attempt = 3
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuest'
    }

    It 'seals again for a guest that started anew with another key, and purges as soon as that one applies it' {
        $null = Invoke-TestAgent $world $job
        $new = New-TestGuest
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $new $vmId }
        $again = New-TestJob $world -Attempt 3
        $again.sealed_data = New-TestSealing -Kid $new.Kid -VmId $vmId -Run $job.run.id
        (Invoke-TestAgent $world $again).Outcome.reason | Should -Be 'WaitingForGuest'
        Get-Publication $vmId | Should -BeExactly $again.sealed_data
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $new $vmId $job.run.id -State applying -Step Hostname }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 4)).Outcome.reason | Should -Be 'WaitingForGuest'
        (Get-FakeHostItem -Id $vmId).Count | Should -Be 0
    }

    It 'believes no state of <What>' -ForEach @(
        @{ What = 'another key'; Change = { param($told) $told.kid = 'other' } }
        @{ What = 'another VM'; Change = { param($told) $told.vm = '00000000-0000-4000-8000-000000000000' } }
        @{ What = 'another run'; Change = { param($told) $told.run = 'other' } }
        @{ What = 'an unknown word'; Change = { param($told) $told.state = 'done' } }
        @{ What = 'free text'; Change = { param($told) $told.code = 'password is x' } }
        @{ What = 'a list'; Change = { param($told) $told.state = @('applied', 'applied') } }
    ) {
        $null = Invoke-TestAgent $world $job
        $told = ConvertFrom-Json (Get-StateText $guest $vmId $job.run.id)
        & $Change $told
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = ConvertTo-Json -Compress $told }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 3)).Outcome.reason | Should -Be 'WaitingForGuest'
    }

    It 'takes a state that was posted to the run before for an answer, in a new run' {
        $null = Invoke-TestAgent $world $job
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $guest $vmId $job.run.id }
        $new = New-TestJob $world -Attempt 3 -Change @{ 'run.id' = 'b7e23ec2-0000-4000-8000-5a4f5b8a9d10' }
        (Invoke-TestAgent $world $new).Outcome.reason | Should -Be 'Provisioned'
    }

    It 'asks for the key again in a new run whose guest has not answered to the one before' {
        $null = Invoke-TestAgent $world $job
        $new = New-TestJob $world -Attempt 3 -Change @{ 'run.id' = 'b7e23ec2-0000-4000-8000-5a4f5b8a9d10' }
        $outcome = (Invoke-TestAgent $world $new).Outcome
        $outcome.reason | Should -Be 'WaitingForGuestKey'
        $outcome.guest_key.n | Should -Be $guest.N
    }
}

Describe 'A KVP item' {
    It 'comes back as it was, whatever is in it' {
        foreach ($data in '', 'plain', '<&>"''', "a`tb", '{"a":"b"}', ('x' * 1000)) {
            $item = ConvertFrom-HvoKvpItem (ConvertTo-HvoKvpItem -Name 'ProvisioningData.0' -Data $data)
            $item.Name | Should -BeExactly 'ProvisioningData.0'
            $item.Data | Should -BeExactly $data
        }
    }

    It 'is null when it is <What>' -ForEach @(
        @{ What = 'no XML'; Text = 'x' }, @{ What = 'empty'; Text = '' }
        @{ What = 'XML with entities of its own'; Text = '<!DOCTYPE a [<!ENTITY b "c">]><INSTANCE>&b;</INSTANCE>' }
    ) {
        ConvertFrom-HvoKvpItem $Text | Should -BeNullOrEmpty
    }

    It 'is cut at 1,000 characters, and others are not even parsed' {
        $items = @(
            'no XML at all', ('x' * 70000), $null,
            (ConvertTo-HvoKvpItem -Name 'Other' -Data 'x'), (ConvertTo-HvoKvpItem -Name 'provisioningready' -Data 'x'),
            (ConvertTo-HvoKvpItem -Name 'ProvisioningReady' -Data ('y' * 5000)),
            (ConvertTo-HvoKvpItem -Name 'ProvisioningReady' -Data 'a second one')
        )
        $found = Select-HvoKvpItem -Items $items -Names 'ProvisioningReady', 'ProvisioningState'
        $found.Count | Should -Be 1
        $found['ProvisioningReady'] | Should -BeExactly ('y' * 1000)
    }
}

Describe 'A key' {
    BeforeAll {
        $vmId = '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
        $guest = New-TestGuest
    }

    It 'is taken with its thumbprint, whatever the case of the GUID' {
        (ConvertFrom-HvoGuestReady -Text (Get-ReadyText $guest $vmId.ToUpper()) -VmId $vmId).Kid | Should -BeExactly $guest.Kid
    }

    It 'is refused with <What>' -ForEach @(
        @{ What = '1,024 bits'; Text = { Get-ReadyText (New-TestGuest -Bits 1024) $vmId } }
        @{ What = 'another exponent'; Text = { (Get-ReadyText $guest $vmId).Replace('AQAB', 'Aw') } }
        @{ What = 'another VM'; Text = { Get-ReadyText $guest '00000000-0000-4000-8000-000000000000' } }
        @{ What = 'another protocol'; Text = { (Get-ReadyText $guest $vmId).Replace('"protocol":1', '"protocol":2') } }
        @{ What = 'another type'; Text = { (Get-ReadyText $guest $vmId).Replace('RSA', 'EC') } }
        @{ What = 'padding'; Text = { (Get-ReadyText $guest $vmId).Replace('","e"', '=","e"') } }
        @{ What = 'no object'; Text = { '5' } }
        @{ What = 'a line end'; Text = { (Get-ReadyText $guest $vmId).Replace('","e"', '\n","e"') } }
        @{ What = 'too much text'; Text = { (Get-ReadyText $guest $vmId) + (' ' * 1000) } }
    ) {
        ConvertFrom-HvoGuestReady -Text (& $Text) -VmId $vmId | Should -BeNullOrEmpty
    }
}

Describe 'Sealing in the agent' {
    It 'happens at most five times in a run' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        $reasons = @(2..7 | ForEach-Object {
                Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText (New-TestGuest) $vmId }
                $env:HVO_SECRET_GUEST_LA_PW = 'Canary-2'
                (Invoke-TestAgent $world (New-TestJob $world -Attempt $_)).Outcome.reason
            })
        $reasons | Should -Be @(@('WaitingForGuest') * 5 + 'GuestKeyInvalid')
    }

    It 'does not happen again for a guest that has its data and has not answered yet' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText (New-TestGuest) $vmId }
        $first, $second = 2, 3 | ForEach-Object {
            $env:HVO_SECRET_GUEST_LA_PW = 'Canary-3'
            (Invoke-TestAgent $world (New-TestJob $world -Attempt $_)).Outcome.reason | Should -Be 'WaitingForGuest'
            Get-Publication $vmId
        }
        $second | Should -BeExactly $first
    }
}
