BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"
    $vm = '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d'
    $setup = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State|ImageState'
    function Get-InstalledScript { ConvertTo-FakePath ([string](Install-HvoGuestScript -Root '/hvo')) }
    $marker = '{"product": "hyperv-operator", "guest": "windows", "bootstrap": 1, "entry": "Start-HvoGuest.ps1"}'
}

Describe 'The bootstrap script in the image' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Registry[$setup] = 'IMAGE_STATE_COMPLETE'
        $HvoFake.Registry['SYSTEM\Setup|SystemSetupInProgress'] = '0'
        $HvoFake.Files['/data/hvo-guest.json'] = $marker
        $HvoFake.Files['/disc/hvo-guest.json'] = $marker
        $HvoFake.Files['/disc/Start-HvoGuest.ps1'] = 'code'
        $HvoFake.DvdRoots = @('/other', '/disc')
    }

    It 'copies the guest from the disc with the marker and returns the script to start' {
        Get-InstalledScript | Should -Be "/hvo/guest/$vm/code/Start-HvoGuest.ps1"
        $HvoFake.Files["/hvo/guest/$vm/code/Start-HvoGuest.ps1"] | Should -Be 'code'
        @($HvoFake.Changes)[0..1] | Should -Be @('Set-HvoProtectedFolder', 'Set-HvoProtectedFolder') -Because 'the folder is protected first'
    }

    It 'uses the copy at later boots, without a disc' {
        $null = Install-HvoGuestScript -Root '/hvo'
        $HvoFake.DvdRoots = @()
        $before = $HvoFake.Count
        Get-InstalledScript | Should -Be "/hvo/guest/$vm/code/Start-HvoGuest.ps1"
        $HvoFake.Count | Should -Be $before
    }

    It 'waits until Windows Setup has finished: <Key> = <During>' -ForEach @(
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

    It 'leaves a provisioned VM alone, whatever disc is in its drive' {
        $context = New-HvoGuestContext -Root '/hvo' -VirtualMachineId $vm
        $state = Get-HvoGuestState -Context $context
        $state.phase = 'done'
        Set-HvoGuestState -Context $context -State $state
        $before = $HvoFake.Count
        Install-HvoGuestScript -Root '/hvo' | Should -BeNullOrEmpty
        $HvoFake.Count | Should -Be $before
    }

    It 'retries to find the disc, and gives up until the next boot' {
        $HvoFake.DvdRoots = @()
        Install-HvoGuestScript -Root '/hvo' | Should -BeNullOrEmpty
        $HvoFake.Log[-1] | Should -Match 'NoGuestDisc'
        $HvoFake.DvdRoots = @()
        $HvoFake.OnSleep = { $HvoFake.DvdRoots = @('/disc') }
        Install-HvoGuestScript -Root '/hvo' | Should -Not -BeNullOrEmpty
    }

    It 'ignores a disc with the marker <Text>' -ForEach @(
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

    It 'accepts the marker of the built ISO' {
        $HvoFake.Files['/disc/hvo-guest.json'] = (Get-BuiltFile)['hvo-guest.json']
        (Find-HvoGuestDisc).Entry | Should -Be 'Start-HvoGuest.ps1'
        (Get-BuiltFile).Keys | Should -Contain 'Start-HvoGuest.ps1'
    }
}

Describe 'The password that all VMs of an image share' {
    BeforeEach {
        New-FakeMachine
        $HvoFake.Registry[$setup] = 'IMAGE_STATE_COMPLETE'
        $HvoFake.Registry['SYSTEM\Setup|SystemSetupInProgress'] = '0'
        $HvoFake.Files['/disc/hvo-guest.json'] = $marker
        $HvoFake.Files['/disc/Start-HvoGuest.ps1'] = 'code'
        $HvoFake.DvdRoots = @('/disc')
        $before = @{ SystemRoot = $env:SystemRoot; SystemDrive = $env:SystemDrive }
        $env:SystemRoot = '/win'
        $env:SystemDrive = '/c'
        $answers = @('/hvo/unattend.xml', '/build/answers.xml', '/win/Panther/unattend.xml', '/win/Panther/Unattend/unattend.xml',
            '/win/Panther/unattend-original.xml', '/win/System32/Sysprep/unattend.xml', '/win/System32/Sysprep/Panther/unattend.xml',
            '/c/autounattend.xml')
        foreach ($file in $answers) { $HvoFake.Files[$file] = '<Value>image</Value>' }
        $HvoFake.Files['/hvo/answer-file'] = '/build/answers.xml'
        $HvoFake.Files['/hvo/image-password'] = 'a0000000-0000-4000-8000-00000000000a'
        $HvoFake.Files['/win/Panther/setupact.log'] = 'log'
    }
    AfterEach { foreach ($name in $before.Keys) { Set-Item -Path "env:$name" -Value $before[$name] } }

    It 'is replaced and its files are deleted before anything else' {
        Install-HvoGuestScript -Root '/hvo' | Should -Not -BeNullOrEmpty
        $HvoFake.Changes[0] | Should -Be 'Set-LocalUser'
        (Get-FakeAccount 'Administrator').Password | Should -Not -Be 'image'
        (Get-FakeAccount 'Administrator').Password.Length | Should -Be 36
        foreach ($file in $answers) { $HvoFake.Files.Keys | Should -Not -Contain $file }
        $HvoFake.Files.Keys | Should -Contain '/win/Panther/setupact.log'
        $HvoFake.Log[0] | Should -Match ' ImagePasswordReplaced'
        $others = @($HvoFake.Files.Values) + @($HvoFake.Registry.Values) + @($HvoFake.Log)
        $others -join '' | Should -Not -Match ([regex]::Escape((Get-FakeAccount 'Administrator').Password))
    }

    It 'is replaced while the VM waits for the host to publish its id' {
        $HvoFake.Registry.Remove('SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId')
        Install-HvoGuestScript -Root '/hvo' | Should -BeNullOrEmpty
        (Get-FakeAccount 'Administrator').Password | Should -Not -Be 'image'
    }

    It 'is another one on each VM' {
        $passwords = foreach ($number in 1, 2) {
            $HvoFake.SmbiosUuid = "B1051000-0000-4000-8000-00000000000$number"
            $HvoFake.Files['/win/Panther/unattend.xml'] = 'x'
            Clear-HvoImagePassword -Root '/hvo'
            (Get-FakeAccount 'Administrator').Password
        }
        $passwords[0] | Should -Not -Be $passwords[1]
    }

    It 'is replaced on the built-in administrator, whatever its name, and even if it is disabled' {
        $HvoFake.Accounts = @(New-FakeAccount -Name 'Administrator' -Sid 'S-1-5-21-1-2-3-1003' -Password 'own') + $HvoFake.Accounts
        $HvoFake.Accounts[1].Name = 'Chef'
        $HvoFake.Accounts[1].Enabled = $false
        Clear-HvoImagePassword -Root '/hvo'
        $HvoFake.Accounts[0].Password | Should -Be 'own'
        $HvoFake.Accounts[1].Password | Should -Not -Be 'image'
        $HvoFake.Accounts[1].Enabled | Should -BeFalse
    }

    It 'is replaced once: at later boots nothing is changed, even if there is an answer file again' {
        Clear-HvoImagePassword -Root '/hvo'
        $count = $HvoFake.Count
        (Get-FakeAccount 'Administrator').Password = 'mine'
        $HvoFake.Files['/win/Panther/unattend.xml'] = 'of an upgrade'
        Clear-HvoImagePassword -Root '/hvo'
        Clear-HvoImagePassword -Root '/hvo' -Received
        $HvoFake.Count | Should -Be $count
        (Get-FakeAccount 'Administrator').Password | Should -Be 'mine'
    }

    It 'is kept in the VM in which the image is made' {
        $HvoFake.Files['/hvo/image-password'] = $HvoFake.SmbiosUuid.ToLowerInvariant()
        Clear-HvoImagePassword -Root '/hvo'
        $HvoFake.Count | Should -Be 0
    }

    It 'is kept in a restored VM, which has no answer file' {
        foreach ($file in $answers) { $HvoFake.Files.Remove($file) }
        Clear-HvoImagePassword -Root '/hvo'
        (Get-FakeAccount 'Administrator').Password | Should -Be 'image'
    }

    It 'is kept without a mark, until the VM has received its data' {
        $HvoFake.Files.Remove('/hvo/image-password')
        Clear-HvoImagePassword -Root '/hvo'
        $HvoFake.Count | Should -Be 0
        Use-FakeHost
        Invoke-FakeLife | Should -Be 'Applied'
        $HvoFake.Files.Keys | Should -Not -Contain '/win/Panther/unattend.xml'
        $HvoFake.Log -join ' ' | Should -Match 'ImagePasswordReplaced'
    }

    It 'keeps the VM from being configured if it cannot be replaced: nothing is deleted or copied, and the next try repeats it' {
        $HvoFake.PolicyRefusesPassword = $true
        { Install-HvoGuestScript -Root '/hvo' } | Should -Throw
        $HvoFake.Count | Should -Be 0
        $HvoFake.PolicyRefusesPassword = $false
        Install-HvoGuestScript -Root '/hvo' | Should -Not -BeNullOrEmpty
        (Get-FakeAccount 'Administrator').Password | Should -Not -Be 'image'
    }

    It 'keeps the VM from being configured if its file cannot be deleted' {
        $HvoFake.Ignored['Delete answers.xml'] = $true
        { Install-HvoGuestScript -Root '/hvo' } | Should -Throw '*answer file*'
        $HvoFake.Files.Keys | Should -Not -Contain "/hvo/guest/$vm/code/Start-HvoGuest.ps1"
        $HvoFake.Ignored.Clear()
        Install-HvoGuestScript -Root '/hvo' | Should -Not -BeNullOrEmpty
        foreach ($file in $answers) { $HvoFake.Files.Keys | Should -Not -Contain $file }
    }

    It 'is gone however often the process is killed (change <_>)' -ForEach (1..10) {
        $HvoFake.KillAt = $_
        $HvoFake.KillAfter = $true
        { Clear-HvoImagePassword -Root '/hvo' } | Should -Throw
        $HvoFake.Killed = $false
        Clear-HvoImagePassword -Root '/hvo'
        (Get-FakeAccount 'Administrator').Password | Should -Not -Be 'image'
        foreach ($file in $answers) { $HvoFake.Files.Keys | Should -Not -Contain $file }
        $HvoFake.Files['/hvo/image-password'] | Should -Be $HvoFake.SmbiosUuid.ToLowerInvariant()
    }

    It 'is not looked at without the UUID of the VM' {
        $HvoFake.SmbiosUuid = ''
        { Clear-HvoImagePassword -Root '/hvo' } | Should -Throw '*UUID*'
        $HvoFake.Count | Should -Be 0
    }
}

Describe 'The platform functions that do not need Windows' {
    BeforeAll {
        $names = 'Get-HvoFileContent', 'Set-HvoFileContent', 'Remove-HvoPath', 'Get-HvoSubfolderName',
            'Copy-HvoFolder', 'Add-HvoLogLine'
        . ([scriptblock]::Create((Get-BuiltFunction $names)))
    }

    It 'replaces a file, and leaves no temporary file' {
        $file = Join-Path $TestDrive 'state.json'
        Set-HvoFileContent -Path $file -Content 'one'
        Set-HvoFileContent -Path $file -Content "two $([char]0xE9)"
        Get-HvoFileContent -Path $file | Should -BeExactly "two $([char]0xE9)"
        @(Get-ChildItem -LiteralPath $TestDrive -Filter 'state.json*').Count | Should -Be 1
        [System.IO.File]::ReadAllBytes($file)[0] | Should -Be 0x74 -Because 'there is no byte order mark'
    }

    It 'returns nothing for a file that does not exist' { Get-HvoFileContent -Path (Join-Path $TestDrive 'none') | Should -BeNullOrEmpty }

    It 'copies a folder with read-only files, and removes the rest of an interrupted copy' {
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

    It 'appends lines to the log' {
        $log = Join-Path $TestDrive 'guest.log'
        Add-HvoLogLine -Path $log -Line 'one'
        Add-HvoLogLine -Path $log -Line 'two'
        Get-Content -LiteralPath $log | Should -Be @('one', 'two')
    }
}

Describe 'The platform functions that need Windows' -Skip:($PSVersionTable.PSEdition -ne 'Desktop' -and -not $IsWindows) {
    BeforeAll {
        . ([scriptblock]::Create((Get-BuiltFunction (Get-ChildItem -Path "$guest/lib/platform").BaseName)))
    }

    It 'creates a machine key that decrypts what is sealed to it and cannot be exported' {
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
        } finally {
            Remove-HvoMachineKey -VirtualMachineId $id
        }
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
        } finally {
            Remove-Item -Path "HKLM:\$path" -ErrorAction SilentlyContinue
        }
    }

    It 'restricts a folder to SYSTEM and Administrators' {
        $folder = Join-Path $TestDrive 'own'
        Set-HvoProtectedFolder -Path $folder -Administrators
        $rights = Get-Acl -LiteralPath $folder
        $rights.AreAccessRulesProtected | Should -BeTrue
        $sids = $rights.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]).IdentityReference.Value
        $sids | Sort-Object | Should -Be @('S-1-5-18', 'S-1-5-32-544')
    }
}
