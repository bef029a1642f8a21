BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"

    function Unprotect-Here {
        param([string] $Sealed)
        Unprotect-HvoSealedData -Sealed $Sealed -Key $key -VirtualMachineId '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
    }

    function Edit-Part {
        # Changes one character in the middle of a part of a JWE.
        param([string] $Sealed, [int] $Part)
        $parts = $Sealed.Split('.')
        $characters = $parts[$Part].ToCharArray()
        $middle = [int][Math]::Floor($characters.Length / 2)
        if ($characters[$middle] -ceq [char]'A') { $characters[$middle] = [char]'B' } else { $characters[$middle] = [char]'A' }
        $parts[$Part] = [string]::new($characters)
        $parts -join '.'
    }
}

Describe 'Data that is sealed to a guest' {
    BeforeEach {
        New-FakeMachine
        Use-FakeHost
        $key = Get-FakeKey
        $sealed = New-FakeSealedData -Public $key.ExportParameters($false)
    }

    It 'is decrypted with the right key on the right VM' {
        $opened = Unprotect-Here $sealed
        $opened.Refusal | Should -Be ''
        $opened.Run | Should -Be 'b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10'
        [System.Text.Encoding]::UTF8.GetString($opened.Plaintext.ToArray()) | Should -Be $HvoFake.HostText
    }

    It 'is refused with another key' {
        $sealed = New-FakeSealedData -Public (Get-FakeKey).ExportParameters($false)
        (Unprotect-Here $sealed).Refusal | Should -Be 'OtherKey'
    }

    It 'is refused with another key, although its header names this one' {
        $kid = (Get-HvoPublicJwk -Key $key).Kid
        $sealed = New-FakeSealedData -Public (Get-FakeKey).ExportParameters($false) -Header @{ kid = $kid }
        (Unprotect-Here $sealed).Refusal | Should -Be 'KeyNotOpened'
    }

    It 'is refused with the header entry <Name> = <Value>' -ForEach @(
        @{ Name = 'vm'; Value = '00000000-0000-4000-8000-000000000000'; Refusal = 'OtherVm' }
        @{ Name = 'kid'; Value = 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'; Refusal = 'OtherKey' }
        @{ Name = 'alg'; Value = 'RSA-OAEP'; Refusal = 'OtherAlgorithm' }
        @{ Name = 'alg'; Value = 'rsa-oaep-256'; Refusal = 'OtherAlgorithm' }
        @{ Name = 'enc'; Value = 'A256GCM'; Refusal = 'OtherAlgorithm' }
        @{ Name = 'zip'; Value = 'DEF'; Refusal = 'OtherAlgorithm' }
        @{ Name = 'crit'; Value = @('exp'); Refusal = 'OtherAlgorithm' }
        @{ Name = 'run'; Value = 'no-run'; Refusal = 'NoRun' }
        @{ Name = 'run'; Value = 7; Refusal = 'NoRun' }
    ) {
        $sealed = New-FakeSealedData -Public $key.ExportParameters($false) -Header @{ $Name = $Value }
        $opened = Unprotect-Here $sealed
        $opened.Refusal | Should -Be $Refusal
        $opened.Plaintext | Should -BeNullOrEmpty
    }

    It 'is refused when part <Part> was changed' -ForEach @(
        @{ Part = 0; Refusal = 'HeaderUnreadable|OtherVm|OtherKey|OtherAlgorithm|NoRun|TagWrong' }
        @{ Part = 1; Refusal = 'KeyNotOpened' }
        @{ Part = 2; Refusal = 'TagWrong' }
        @{ Part = 3; Refusal = 'TagWrong' }
        @{ Part = 4; Refusal = 'TagWrong' }
    ) {
        $opened = Unprotect-Here (Edit-Part $sealed $Part)
        $opened.Refusal | Should -Match "\A($Refusal)\z"
        $opened.Plaintext | Should -BeNullOrEmpty
    }

    It 'is refused when its header is replaced by an equivalent one' {
        $parts = $sealed.Split('.')
        $header = [System.Text.Encoding]::UTF8.GetString((ConvertFrom-HvoBase64Url -Text $parts[0]))
        $parts[0] = ConvertTo-HvoBase64Url -Bytes ([System.Text.Encoding]::UTF8.GetBytes($header.Replace(',', ' ,')))
        (Unprotect-Here ($parts -join '.')).Refusal | Should -Be 'TagWrong'
    }

    It 'is refused when it is truncated' {
        foreach ($length in 0, 1, 100, ($sealed.Length - 44), ($sealed.Length - 43), ($sealed.Length - 1)) {
            $opened = Unprotect-Here $sealed.Substring(0, $length)
            $opened.Refusal | Should -Not -BeNullOrEmpty -Because "$length characters are left"
            $opened.Plaintext | Should -BeNullOrEmpty
        }
    }

    It 'is refused when it is not a JWE: <Text>' -ForEach @(
        @{ Text = '' }, @{ Text = '....' }, @{ Text = 'a.b.c.d' }, @{ Text = 'e30.e30.e30.e30.e30' }, @{ Text = '{}' }
    ) {
        (Unprotect-Here $Text).Refusal | Should -Not -BeNullOrEmpty
    }
}

Describe 'Published data' {
    BeforeEach {
        New-FakeMachine
        Use-FakeHost
        $key = Get-FakeKey
        Publish-FakeData (New-FakeSealedData -Public $key.ExportParameters($false))
        $pool = 'SOFTWARE\Microsoft\Virtual Machine\External'
    }

    It 'is assembled from its parts' {
        $found = Read-HvoPublishedData
        $found.Refusal | Should -Be ''
        (Unprotect-Here $found.Sealed).Refusal | Should -Be ''
    }

    It 'is ignored without the manifest, which is written last' {
        $HvoFake.Registry.Remove("$pool|ProvisioningData")
        (Read-HvoPublishedData).Refusal | Should -Be 'Nothing'
    }

    It 'is incomplete while a part is missing' {
        $HvoFake.Registry.Remove("$pool|ProvisioningData.1")
        (Read-HvoPublishedData).Refusal | Should -Be 'PartMissing'
    }

    It 'is refused when its checksum differs from that of the manifest' {
        $HvoFake.Registry["$pool|ProvisioningData.0"] = 'x' + $HvoFake.Registry["$pool|ProvisioningData.0"].Substring(1)
        (Read-HvoPublishedData).Refusal | Should -Be 'DigestWrong'
    }

    It 'is refused when a part is too long' {
        $HvoFake.Registry["$pool|ProvisioningData.0"] += 'x'
        (Read-HvoPublishedData).Refusal | Should -Be 'PartTooLong'
    }

    It 'is refused with the manifest <Text>' -ForEach @(
        @{ Text = 'x' }
        @{ Text = '[]' }
        @{ Text = '{}' }
        @{ Text = '{"protocol":2,"parts":1,"sha256":"abababababababababababababababababababababababababababababababab"}' }
        @{ Text = '{"protocol":1,"parts":0,"sha256":"abababababababababababababababababababababababababababababababab"}' }
        @{ Text = '{"protocol":1,"parts":-1,"sha256":"abababababababababababababababababababababababababababababababab"}' }
        @{ Text = '{"protocol":1,"parts":121,"sha256":"abababababababababababababababababababababababababababababababab"}' }
        @{ Text = '{"protocol":1,"parts":1e2,"sha256":"abababababababababababababababababababababababababababababababab"}' }
        @{ Text = '{"protocol":1,"parts":[1],"sha256":"abababababababababababababababababababababababababababababababab"}' }
        @{ Text = '{"protocol":1,"parts":1,"sha256":"ab"}' }
    ) {
        $HvoFake.Registry["$pool|ProvisioningData"] = $Text
        (Read-HvoPublishedData).Refusal | Should -Be 'ManifestUnreadable'
    }

    It 'is refused without ending the wait, so that correct data is accepted afterwards' {
        Clear-FakeData
        $HvoFake.Tries = 0
        $HvoFake.OnSleep = {
            $public = Get-FakePublicKey
            if ($null -eq $public -or (Get-FakeState)) { return }
            $HvoFake.Tries++
            Clear-FakeData
            $sealed = New-FakeSealedData -Public $public
            switch ($HvoFake.Tries) {
                1 { Publish-FakeData (Edit-Part $sealed 3) }
                2 { Publish-FakeData (New-FakeSealedData -Public (Get-FakeKey).ExportParameters($false)) }
                3 { Publish-FakeData (New-FakeSealedData -Public $public -Header @{ vm = [string][Guid]::NewGuid() }) }
                4 { Publish-FakeData $sealed.Substring(0, $sealed.Length - 30) }
                default { Publish-FakeData $sealed }
            }
        }
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Tries | Should -Be 5
        foreach ($word in 'TagWrong', 'OtherKey', 'OtherVm', 'NoJwe') {
            ($HvoFake.Log -join "`n") | Should -Match "Waiting $word"
        }
    }
}

Describe 'A captured image' {
    BeforeEach {
        New-FakeMachine
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Applied'
        $first = (Get-FakeState).kid
        $again = '0e0e0e0e-1111-4222-8333-444444444444'
        $parameter = 'SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId'
        $HvoFake.SmbiosUuid = 'B1051000-0000-4000-8000-000000000002'
        Clear-FakeData
        $HvoFake.Domain = 'WORKGROUP'
        $HvoFake.Name = 'WIN-CLONE'
        Start-FakeBoot
    }

    It 'counts as a VM that has not been provisioned, with a new key' {
        $HvoFake.Registry[$parameter] = $again
        Use-FakeHost -Header @{ vm = $again }
        $serve = $HvoFake.OnSleep
        $HvoFake.OnSleep = {
            if (-not (Get-FakeRegistry 'External' 'ProvisioningData')) {
                Get-FakeRegistry 'Guest' 'ProvisioningState' | Should -BeNullOrEmpty
            }
            & $serve
        }
        Invoke-FakeLife | Should -Be 'Applied'
        (Get-FakeState).vm | Should -Be $again
        (Get-FakeState).kid | Should -Not -Be $first
        $HvoFake.ActiveName | Should -Be 'web-server-01'
        $HvoFake.Folders | Should -Not -Contain '/hvo/guest/5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
    }

    It 'waits while the pool has the id of the VM that it was captured from' {
        $HvoFake.OnSleep = {
            $HvoFake.Registry[$parameter] = $again
            Use-FakeHost -Header @{ vm = $again }
        }
        Invoke-FakeLife | Should -Be 'Applied'
        (Get-FakeState).vm | Should -Be $again
    }

    It 'deletes a key that the image contains' {
        $HvoFake.Keys['5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'] = Get-FakeKey
        $HvoFake.Registry[$parameter] = $again
        Use-FakeHost -Header @{ vm = $again }
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Keys.Count | Should -Be 0
    }
}

Describe 'A running VM that becomes another VM while it waits' {
    It 'starts over with a new key' {
        New-FakeMachine
        $again = '0e0e0e0e-1111-4222-8333-444444444444'
        $HvoFake.OnSleep = {
            $HvoFake.OldReady = Get-FakeRegistry 'Guest' 'ProvisioningReady'
            $HvoFake.Registry['SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId'] = $again
            Use-FakeHost -Header @{ vm = $again }
        }
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.OldReady | Should -Match '5d2c7d0a'
        (Get-FakeState).vm | Should -Be $again
        @($HvoFake.Changes | Where-Object { $_ -eq 'New-HvoMachineKey' }).Count | Should -Be 2
    }
}
