# The rollout of the agent: the text that the operator sends, run over the agent's root of a fake host; requests and uploads.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Rollout.psm1') -Force
    $script:upload = '0123456789abcdef0123456789abcdef'
    $script:small = New-Bundle
    $script:fake = New-TestHost
}

AfterAll {
    Remove-TestRoot
    Remove-TestHost
}

Describe 'look' {
    BeforeEach { $world = New-TestRoot }

    It 'says which host it is, as the inventory does, and that there is no version' {
        $answer = Invoke-Rollout (New-Header $world look)
        $answer.type | Should -BeExactly 'rollout'
        $answer.ok | Should -BeTrue
        $line = ConvertFrom-Json (Invoke-TestAgent $fake (New-TestJob $fake inventory)).Lines[0]
        ConvertTo-Json $answer.host_id | Should -BeExactly (ConvertTo-Json $line.host_id)
        @($answer.versions.PSObject.Properties).Count | Should -Be 0
    }

    It 'changes nothing' {
        $before = Get-Content64 $world.Root
        $null = Invoke-Rollout (New-Header $world look)
        Get-Content64 $world.Root | Should -Be $before
        [System.IO.Directory]::Exists((Join-Path $world.Agent 'versions')) | Should -BeFalse
    }

    It 'says the digest of each version as it is now' {
        (Install-Bundle $world $small).ok | Should -BeTrue
        $other = New-Bundle @{ 'more.ps1' = 1, 2 }
        (Install-Bundle $world $other).ok | Should -BeTrue
        [System.IO.File]::AppendAllText((Get-Version $world $other 'more.ps1'), 'x')
        $versions = (Invoke-Rollout (New-Header $world look)).versions
        @($versions.PSObject.Properties.Name) | Should -Be @($small.Name, $other.Name | Sort-Object)
        $versions.($small.Name) | Should -BeExactly $small.Digest
        $versions.($other.Name) | Should -Match '\Asha256:[0-9a-f]{64}\z'
        $versions.($other.Name) | Should -Not -Be $other.Digest
    }

    It 'names folders alone whose name is a version''s, and no links to them' {
        (Install-Bundle $world $small).ok | Should -BeTrue
        $versions = Join-Path $world.Agent 'versions'
        foreach ($name in 'fedcba9876543210x', '.incoming-x', 'notes', '.removed-fedcba9876543210') {
            $null = New-Item -ItemType Directory (Join-Path $versions $name)
        }
        [System.IO.File]::WriteAllText((Join-Path $versions '00000000000000ff'), 'a file')
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $versions '00000000000000fe') -Target (Get-Version $world $small)
        @((Invoke-Rollout (New-Header $world look)).versions.PSObject.Properties.Name) | Should -Be @($small.Name)
    }
}

Describe 'A host' {
    BeforeEach { $world = New-TestRoot }

    It 'without <What> is not prepared: <Operation>' -ForEach @(
        foreach ($operation in 'look', 'receive', 'activate', 'prune') {
            @{ What = 'the root'; Operation = $operation }; @{ What = 'agent.json'; Operation = $operation }
        }
    ) {
        $path = $world.Agent
        if ($What -eq 'agent.json') { $path = Join-Path $path 'agent.json' }
        Remove-Item -Recurse -Force $path
        $answer = Invoke-Rollout (New-Header $world $Operation @{ upload = $upload; digest = $small.Digest; keep = @() })
        $answer.ok | Should -BeFalse
        $answer.code | Should -BeExactly 'HostNotPrepared'
        $answer.message | Should -BeLike "*$path does not exist*"
        [System.IO.Directory]::Exists((Join-Path $world.Agent 'versions')) | Should -BeFalse
    }

    It 'whose folder of versions is a link to another is not prepared: <Operation>' -ForEach @(
        foreach ($operation in 'look', 'receive', 'activate', 'prune') { @{ Operation = $operation } }
    ) {
        $elsewhere = (New-Item -ItemType Directory (Join-Path $world.Root 'elsewhere')).FullName
        $null = New-Item -ItemType Directory (Join-Path $elsewhere $small.Name)
        $versions = Join-Path $world.Agent 'versions'
        $null = New-Item -ItemType SymbolicLink -Path $versions -Target $elsewhere
        $line = @(New-Header $world $Operation @{ upload = $upload; digest = $small.Digest; keep = @() })
        if ($Operation -eq 'receive') { $line += New-Piece 'a.ps1' }
        $answer = Invoke-Rollout $line
        $answer.code | Should -BeExactly 'HostNotPrepared'
        $answer.message | Should -BeLike "*$versions is a link or a file*"
        @(Get-ChildItem -Name $elsewhere) | Should -Be @($small.Name)
    }
}

Describe 'receive' {
    BeforeEach {
        $world = New-TestRoot
        $staged = [System.IO.Path]::Combine($world.Agent, 'versions', ".incoming-$upload")
        $header = New-Header $world receive @{ upload = $upload }
    }

    It 'puts files together from many pieces, in one call or in many' {
        $pieces = @(Split-Bundle $small -Size 700)
        $pieces.Count | Should -BeGreaterThan 15
        (Invoke-Rollout (@($header) + $pieces[0..4])).bytes | Should -BeGreaterThan 0
        foreach ($piece in $pieces[5..8]) { (Invoke-Rollout $header, $piece).ok | Should -BeTrue }
        (Invoke-Rollout (@($header) + $pieces[9..($pieces.Count - 1)])).ok | Should -BeTrue
        Get-Content64 $staged | Should -Be (Get-BundleContent $small)
    }

    It 'says how many bytes it has written' {
        (Invoke-Rollout $header).bytes | Should -Be 0
        $answer = Invoke-Rollout $header, (New-Piece 'a.ps1' 0 (1, 2, 3)), (New-Piece 'b/c.iso' 0 (4, 5)), (New-Piece 'a.ps1' 3 (6, 7))
        $answer.bytes | Should -Be 7
    }

    It 'makes an empty file of one piece without data' {
        (Invoke-Rollout $header, (New-Piece 'steps/empty.ps1')).bytes | Should -Be 0
        (Get-Item (Join-Path $staged 'steps/empty.ps1')).Length | Should -Be 0
    }

    It 'leaves the files of the root alone' {
        $before = Get-Content64 $world.Agent
        (Invoke-Rollout $header, (New-Piece 'steps/A.ps1' 0 (1, 2))).ok | Should -BeTrue
        Get-Content64 $world.Agent | Where-Object { $_ -notlike 'versions/*' } | Should -Be $before
    }

    It 'is UploadBroken where the offset is not the file''s length: <Offset> of <Length>' -ForEach @(
        @{ Length = 0; Offset = 1 }, @{ Length = 2; Offset = 0 }, @{ Length = 2; Offset = 1 }, @{ Length = 2; Offset = 3 }
    ) {
        if ($Length) { (Invoke-Rollout $header, (New-Piece 'a.ps1' 0 (1, 2))).ok | Should -BeTrue }
        $answer = Invoke-Rollout $header, (New-Piece 'a.ps1' $Offset (8, 9))
        $answer.code | Should -BeExactly 'UploadBroken'
        $answer.message | Should -BeLike "*a.ps1 belongs at byte $Offset, and $Length bytes are there*"
        [System.IO.File]::ReadAllBytes((Join-Path $staged 'a.ps1')).Length | Should -Be $Length
    }

    It 'refuses a path that could lead anywhere else: <Path>' -ForEach @(
        @{ Path = '../evil.ps1' }, @{ Path = 'steps/../../evil.ps1' }, @{ Path = '..' }, @{ Path = '.' }, @{ Path = './a.ps1' }
        @{ Path = 'steps/./a.ps1' }, @{ Path = '/evil.ps1' }, @{ Path = 'C:/evil.ps1' }, @{ Path = 'C:evil.ps1' }, @{ Path = '//h/s/a' }
        @{ Path = 'steps\a.ps1' }, @{ Path = '..\evil.ps1' }, @{ Path = 'a.ps1:stream' }, @{ Path = 'versions/x.ps1' }
        @{ Path = 'Versions/x.ps1' }, @{ Path = 'versions' }, @{ Path = 'versions./x.ps1' }, @{ Path = 'agent.json' }
        @{ Path = 'steps./a.ps1' }, @{ Path = 'steps.../a.ps1' }, @{ Path = 'a.ps1.' }, @{ Path = 'a b.ps1' }, @{ Path = "a`n.ps1" }
        @{ Path = "a.ps1`n" }, @{ Path = 'steps//a.ps1' }, @{ Path = 'steps/' }, @{ Path = '' }, @{ Path = 'a*.ps1' }, @{ Path = 'STEPS~1/a' }
        @{ Path = [string][char]0xe9 + '.ps1' }, @{ Path = 'a' * 201 }, @{ Path = 5 }, @{ Path = $null }
    ) {
        $piece = ConvertTo-Json -Compress @{ path = $Path; offset = 0; data = 'AAAA' }
        $before = Get-Content64 $world.Root
        $answer = Invoke-Rollout $header, $piece
        $answer.code | Should -BeExactly 'InvalidRequest'
        $answer.message | Should -BeLike '*is not allowed for a file of the agent*'
        Get-Content64 $world.Root | Should -Be $before
    }

    It 'takes paths that are unusual and safe: <Path>' -ForEach @(
        @{ Path = 'a' * 200 }, @{ Path = '..a' }, @{ Path = '.a/_-.b' }, @{ Path = 'steps/versions/a' }, @{ Path = 'steps/agent.json' }
    ) {
        (Invoke-Rollout $header, (New-Piece $Path 0 (1, 2))).bytes | Should -Be 2
        Get-Content64 $staged | Should -Be @("$Path AQI=")
    }

    It 'refuses what is no piece: <Text>' -ForEach @(
        @{ Text = 'x' }, @{ Text = '' }, @{ Text = '[]' }, @{ Text = '7' }, @{ Text = 'null' }, @{ Text = '{}' }
        @{ Text = '{"path":"a.ps1","data":""}' }, @{ Text = '{"path":"a.ps1","offset":0}' }
        @{ Text = '{"path":"a.ps1","offset":-1,"data":""}' }, @{ Text = '{"path":"a.ps1","offset":"0","data":""}' }
        @{ Text = '{"path":"a.ps1","offset":0.5,"data":""}' }, @{ Text = '{"path":"a.ps1","offset":0,"data":"%%"}' }
        @{ Text = '{"path":"a.ps1","offset":0,"data":null}' }, @{ Text = '{"path":"a.ps1","offset":0,"data":[1]}' }
    ) {
        (Invoke-Rollout $header, $Text).code | Should -BeExactly 'InvalidRequest'
        Get-Content64 $staged | Should -BeNullOrEmpty
    }

    It 'writes through no link that lies in the place of an upload' {
        $elsewhere = (New-Item -ItemType Directory (Join-Path $world.Root 'elsewhere')).FullName
        $null = New-Item -ItemType Directory (Join-Path $world.Agent 'versions')
        $null = New-Item -ItemType SymbolicLink -Path $staged -Target $elsewhere
        (Invoke-Rollout $header, (New-Piece 'a.ps1' 0 (1, 2))).code | Should -BeExactly 'UploadBroken'
        @(Get-ChildItem $elsewhere).Count | Should -Be 0
    }

    It 'is InUse while another process writes the same file' {
        (Invoke-Rollout $header, (New-Piece 'a.ps1' 0 (1, 2))).ok | Should -BeTrue
        $other = [System.IO.File]::Open((Join-Path $staged 'a.ps1'), 'Open', 'ReadWrite', 'None')
        try { $answer = Invoke-Rollout $header, (New-Piece 'a.ps1' 2 (3, 4)) } finally { $other.Dispose() }
        $answer.code | Should -BeExactly 'InUse'
        (Invoke-Rollout $header, (New-Piece 'a.ps1' 2 (3, 4))).bytes | Should -Be 2
    }

    It 'is AccessDenied where the account may not write' {
        if ([System.IO.Path]::DirectorySeparatorChar -eq '/' -and (& id -u) -eq '0') {
            & chattr +i $world.Agent 2>$null
            if ($LASTEXITCODE -ne 0) { Set-ItResult -Skipped -Because 'root may write everywhere here'; return }
            try { $answer = Invoke-Rollout $header, (New-Piece 'a.ps1') } finally { & chattr -i $world.Agent }
        } else {
            $null = New-Item -ItemType Directory $staged
            $file = Join-Path $staged 'a.ps1'
            [System.IO.File]::WriteAllText($file, '')
            (Get-Item $file).IsReadOnly = $true
            try { $answer = Invoke-Rollout $header, (New-Piece 'a.ps1') } finally { (Get-Item $file).IsReadOnly = $false }
        }
        $answer.code | Should -BeExactly 'AccessDenied'
        $answer.message | Should -BeLike 'The host denied access: *'
    }

    It 'is DiskFull where the disk is full, and goes through once there is room' {
        $versions = (New-Item -ItemType Directory (Join-Path $world.Agent 'versions')).FullName
        if (-not (Mount-TestDisk $versions)) { Set-ItResult -Skipped -Because 'a small file system can be mounted by root on Linux only'; return }
        try {
            $answer = Invoke-Rollout $header, (New-Piece 'big.iso' 0 (New-Object byte[] 200000))
            $answer.code | Should -BeExactly 'DiskFull'
            $answer.message | Should -BeLike 'The disk of the agent''s folder is full: *'
            & mount -o 'remount,size=16m' $versions
            (Install-Bundle $world $small).ok | Should -BeTrue
        } finally {
            & umount $versions
        }
    }
}

Describe 'A request' {
    BeforeAll { $world = New-TestRoot }

    It 'that nobody understands is answered all the same: <Text>' -ForEach @(
        @{ Text = 'x' }, @{ Text = '' }, @{ Text = '[]' }, @{ Text = '"look"' }, @{ Text = '{}' }, @{ Text = '{"operation":"evil"}' }
        @{ Text = '{"operation":["look"],"root":5}' }, @{ Text = '{"operation":"Look"}' }, @{ Text = '{"operation":"look"}' }
        @{ Text = '{"operation":"look","root":null}' }, @{ Text = '{"operation":"look","root":""}' }
        @{ Text = '{"operation":"look","root":"agent"}' }, @{ Text = '{"operation":"look","root":"/tmp/../etc"}' }
    ) {
        $answer = Invoke-Rollout $Text
        $answer.type | Should -BeExactly 'rollout'
        $answer.ok | Should -BeFalse
        $answer.code | Should -BeExactly 'InvalidRequest'
        $answer.message | Should -Not -BeNullOrEmpty
    }

    It 'without any input is answered' {
        (Invoke-Rollout @()).code | Should -BeExactly 'InvalidRequest'
    }

    It 'of <Operation> whose upload is no upload''s id is refused: <Upload>' -ForEach @(
        foreach ($operation in 'receive', 'activate') {
            foreach ($id in '', '..', ('A' * 32), ('a' * 31), ('a' * 33), ('a' * 32 + "`n"), '../../../../../../../../../../evil') {
                @{ Operation = $operation; Upload = $id }
            }
        }
    ) {
        $answer = Invoke-Rollout (New-Header $world $Operation @{ upload = $Upload; digest = $small.Digest })
        $answer.code | Should -BeExactly 'InvalidRequest'
        [System.IO.Directory]::Exists((Join-Path $world.Agent 'versions')) | Should -BeFalse
    }

    It 'that ends in an unexpected error is Internal' {
        Add-FakeFault 'Get-CimInstance Win32_ComputerSystemProduct' -Message 'The RPC server is unavailable.'
        $answer = Invoke-Rollout (New-Header $world look)
        $answer.code | Should -BeExactly 'Internal'
        $answer.message | Should -BeLike '*The RPC server is unavailable.*'
    }
}
