BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
    $vm = '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
    $setup = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State|ImageState'
    function Start-Here { ConvertTo-FakePath ([string](Install-HvoGuestScript -Root '/hvo')) }
    $marker = '{"product": "hyperv-operator", "guest": "windows", "bootstrap": 1, "entry": "Start-HvoGuest.ps1"}'
}

Describe 'The starter in the image' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Registry[$setup] = 'IMAGE_STATE_COMPLETE'
        $HvoFake.Registry['SYSTEM\Setup|SystemSetupInProgress'] = '0'
        $HvoFake.Files['/data/hvo-guest.json'] = $marker
        $HvoFake.Files['/disc/hvo-guest.json'] = $marker
        $HvoFake.Files['/disc/Start-HvoGuest.ps1'] = 'code'
        $HvoFake.Discs = @('/other', '/disc')
    }

    It 'copies the guest from the disc with the marker and names what to start' {
        Start-Here | Should -Be "/hvo/guest/$vm/code/Start-HvoGuest.ps1"
        $HvoFake.Files["/hvo/guest/$vm/code/Start-HvoGuest.ps1"] | Should -Be 'code'
        @($HvoFake.Changes)[0..1] | Should -Be @('Set-HvoProtectedFolder', 'Set-HvoProtectedFolder') -Because 'the folder is protected first'
    }

    It 'takes the copy at later boots, with no disc there' {
        $null = Install-HvoGuestScript -Root '/hvo'
        $HvoFake.Discs = @()
        $before = $HvoFake.Count
        Start-Here | Should -Be "/hvo/guest/$vm/code/Start-HvoGuest.ps1"
        $HvoFake.Count | Should -Be $before
    }

    It 'waits until Windows Setup is over: <Key> = <During>' -ForEach @(
        @{ Key = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State|ImageState'
            During = 'IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE'; Then = 'IMAGE_STATE_COMPLETE' }
        @{ Key = 'SYSTEM\Setup|SystemSetupInProgress'; During = '1'; Then = '0' }
        @{ Key = 'SYSTEM\Setup|OOBEInProgress'; During = '1'; Then = '0' }
    ) {
        $HvoFake.Registry[$Key] = $During
        $HvoFake.OnSleep = {
            $HvoFake.Count | Should -Be 0
            $HvoFake.Registry[$Key] = $Then
        }
        Install-HvoGuestScript -Root '/hvo' | Should -Not -BeNullOrEmpty
        $HvoFake.Slept | Should -Be 5
    }

    It 'has nothing to do for a VM that was provisioned, whatever disc is there' {
        $context = New-HvoGuestContext -Root '/hvo' -VirtualMachineId $vm
        $state = Get-HvoGuestState -Context $context
        $state.phase = 'done'
        Set-HvoGuestState -Context $context -State $state
        $before = $HvoFake.Count
        Install-HvoGuestScript -Root '/hvo' | Should -BeNullOrEmpty
        $HvoFake.Count | Should -Be $before
    }

    It 'looks for the disc for a while, and gives up for this boot' {
        $HvoFake.Discs = @()
        Install-HvoGuestScript -Root '/hvo' | Should -BeNullOrEmpty
        $HvoFake.Log[-1] | Should -Match 'NoGuestDisc'
        $HvoFake.Discs = @()
        $HvoFake.OnSleep = { $HvoFake.Discs = @('/disc') }
        Install-HvoGuestScript -Root '/hvo' | Should -Not -BeNullOrEmpty
    }

    It 'does not take a disc with the marker <Text>' -ForEach @(
        @{ Text = 'x' }
        @{ Text = '{"product": "hyperv-operator", "guest": "linux", "bootstrap": 1, "entry": "Start-HvoGuest.ps1"}' }
        @{ Text = '{"product": "other", "guest": "windows", "bootstrap": 1, "entry": "Start-HvoGuest.ps1"}' }
        @{ Text = '{"product": "hyperv-operator", "guest": "windows", "bootstrap": 2, "entry": "Start-HvoGuest.ps1"}' }
        @{ Text = '{"product": "hyperv-operator", "guest": "windows", "bootstrap": 1, "entry": "..\\x.ps1"}' }
        @{ Text = '{"product": "hyperv-operator", "guest": "windows", "bootstrap": 1}' }
    ) {
        $HvoFake.Files['/disc/hvo-guest.json'] = $Text
        Find-HvoGuestDisc | Should -BeNullOrEmpty
    }

    It 'finds what the ISO really carries' {
        $HvoFake.Files['/disc/hvo-guest.json'] = [System.IO.File]::ReadAllText("$guest/hvo-guest.json")
        (Find-HvoGuestDisc).Entry | Should -Be 'Start-HvoGuest.ps1'
        "$guest/Start-HvoGuest.ps1" | Should -Exist
    }
}

Describe 'The border, where it does not need Windows' {
    BeforeAll {
        foreach ($name in 'Get-HvoFileContent', 'Set-HvoFileContent', 'Remove-HvoPath', 'Get-HvoSubfolderName', 'Copy-HvoFolder', 'Add-HvoLogLine') {
            . "$guest/border/$name.ps1"
        }
    }

    It 'writes a file in place of another, and leaves nothing beside it' {
        $file = Join-Path $TestDrive 'state.json'
        Set-HvoFileContent -Path $file -Content 'one'
        Set-HvoFileContent -Path $file -Content "two $([char]0xE9)"
        Get-HvoFileContent -Path $file | Should -BeExactly "two $([char]0xE9)"
        @(Get-ChildItem -LiteralPath $TestDrive -Filter 'state.json*').Count | Should -Be 1
        [System.IO.File]::ReadAllBytes($file)[0] | Should -Be 0x74 -Because 'there is no byte order mark'
    }

    It 'reads nothing where there is no file' { Get-HvoFileContent -Path (Join-Path $TestDrive 'none') | Should -BeNullOrEmpty }

    It 'copies a folder whole, read-only files too, over what an ended copy has left' {
        $from = Join-Path $TestDrive 'from'
        $to = Join-Path $TestDrive 'to'
        $null = New-Item -ItemType Directory -Path "$from/deep/er", "$to.new"
        Set-Content -LiteralPath "$to.new/left.txt" -Value 'left'
        Set-Content -LiteralPath "$from/deep/er/a.ps1" -Value 'a'
        (Get-Item -LiteralPath "$from/deep/er/a.ps1").IsReadOnly = $true
        Copy-HvoFolder -From "$from/" -To $to
        Get-Content -LiteralPath "$to/deep/er/a.ps1" | Should -Be 'a'
        "$to/left.txt" | Should -Not -Exist
        Get-HvoSubfolderName -Path $to | Should -Be 'deep'
        Remove-HvoPath -Path $to
        $to | Should -Not -Exist
        Remove-HvoPath -Path $to
        (Get-Item -LiteralPath "$from/deep/er/a.ps1").IsReadOnly = $false
    }

    It 'adds lines to the log' {
        $log = Join-Path $TestDrive 'guest.log'
        Add-HvoLogLine -Path $log -Line 'one'
        Add-HvoLogLine -Path $log -Line 'two'
        Get-Content -LiteralPath $log | Should -Be @('one', 'two')
    }
}

Describe 'The border on Windows' -Skip:($PSVersionTable.PSEdition -ne 'Desktop' -and -not $IsWindows) {
    BeforeAll {
        foreach ($file in [System.IO.Directory]::GetFiles("$guest/border", '*.ps1')) { . $file }
    }

    It 'keeps a machine key that opens what is sealed to it, and cannot be exported' {
        $id = [string][Guid]::NewGuid()
        try {
            Get-HvoMachineKey -VirtualMachineId $id | Should -BeNullOrEmpty
            $made = New-HvoMachineKey -VirtualMachineId $id
            $made.KeySize | Should -Be 3072
            { $made.ExportParameters($true) } | Should -Throw
            $found = Get-HvoMachineKey -VirtualMachineId $id
            (Get-HvoPublicJwk -Key $found).Kid | Should -Be (Get-HvoPublicJwk -Key $made).Kid
            New-FakeMachine
            Use-FakeHost
            $sealed = New-FakeSealedData -Public $found.ExportParameters($false) -Header @{ vm = $id }
            (Unprotect-HvoSealedData -Sealed $sealed -Key $found -VirtualMachineId $id).Refusal | Should -Be ''
        }
        finally { Remove-HvoMachineKey -VirtualMachineId $id }
        Get-HvoMachineKey -VirtualMachineId $id | Should -BeNullOrEmpty
    }

    It 'reads, writes and removes registry values' {
        $path = "SOFTWARE\HyperVOperatorTest-$([Guid]::NewGuid())"
        try {
            Get-HvoRegistryValue -Path $path -Name 'a' | Should -BeNullOrEmpty
            Set-HvoRegistryValue -Path $path -Name 'a' -Value '%TEMP%'
            Get-HvoRegistryValue -Path $path -Name 'a' | Should -Be '%TEMP%'
            Remove-HvoRegistryValue -Path $path -Name 'a'
            Remove-HvoRegistryValue -Path $path -Name 'a'
            Get-HvoRegistryValue -Path $path -Name 'a' | Should -BeNullOrEmpty
        }
        finally { Remove-Item -Path "HKLM:\$path" -ErrorAction SilentlyContinue }
    }

    It 'cuts a folder off from everybody but Administrators' {
        $folder = Join-Path $TestDrive 'own'
        Set-HvoProtectedFolder -Path $folder -Administrators
        $rights = Get-Acl -LiteralPath $folder
        $rights.AreAccessRulesProtected | Should -BeTrue
        $sids = $rights.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]).IdentityReference.Value
        $sids | Sort-Object | Should -Be @('S-1-5-18', 'S-1-5-32-544')
    }
}
