# The rollout of the agent: the text that the operator sends, run over the agent's root of a fake host.
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
        $answer.message | Should -BeLike "*$path does not exist*prepare-host.md*"
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
        $answer.message | Should -BeLike "*$versions is not a folder of its own*prepare-host.md*"
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
        (Invoke-Rollout $header, (New-Piece 'lib/empty.ps1')).bytes | Should -Be 0
        (Get-Item (Join-Path $staged 'lib/empty.ps1')).Length | Should -Be 0
    }

    It 'leaves the files of the root alone' {
        $before = Get-Content64 $world.Agent
        (Invoke-Rollout $header, (New-Piece 'lib/A.ps1' 0 (1, 2))).ok | Should -BeTrue
        Get-Content64 $world.Agent | Where-Object { $_ -notlike 'versions/*' } | Should -Be $before
    }

    It 'is UploadBroken where the offset is not the file''s length: <Offset> of <Length>' -ForEach @(
        @{ Length = 0; Offset = 1 }, @{ Length = 2; Offset = 0 }, @{ Length = 2; Offset = 1 }, @{ Length = 2; Offset = 3 }
    ) {
        if ($Length) { (Invoke-Rollout $header, (New-Piece 'a.ps1' 0 (1, 2))).ok | Should -BeTrue }
        $answer = Invoke-Rollout $header, (New-Piece 'a.ps1' $Offset (8, 9))
        $answer.code | Should -BeExactly 'UploadBroken'
        $answer.message | Should -BeLike "*a.ps1 belongs at byte $Offset, and $Length bytes are there*Begin a new upload*"
        [System.IO.File]::ReadAllBytes((Join-Path $staged 'a.ps1')).Length | Should -Be $Length
    }

    It 'refuses a path that could lead anywhere else: <Path>' -ForEach @(
        @{ Path = '../evil.ps1' }, @{ Path = 'lib/../../evil.ps1' }, @{ Path = '..' }, @{ Path = '.' }, @{ Path = './a.ps1' }
        @{ Path = 'lib/./a.ps1' }, @{ Path = '/evil.ps1' }, @{ Path = 'C:/evil.ps1' }, @{ Path = 'C:evil.ps1' }, @{ Path = '//h/s/a' }
        @{ Path = 'lib\a.ps1' }, @{ Path = '..\evil.ps1' }, @{ Path = 'a.ps1:stream' }, @{ Path = 'versions/x.ps1' }
        @{ Path = 'Versions/x.ps1' }, @{ Path = 'versions' }, @{ Path = 'versions./x.ps1' }, @{ Path = 'agent.json' }
        @{ Path = 'lib./a.ps1' }, @{ Path = 'lib.../a.ps1' }, @{ Path = 'a.ps1.' }, @{ Path = 'a b.ps1' }, @{ Path = "a`n.ps1" }
        @{ Path = "a.ps1`n" }, @{ Path = 'lib//a.ps1' }, @{ Path = 'lib/' }, @{ Path = '' }, @{ Path = 'a*.ps1' }, @{ Path = 'LIB~1/a' }
        @{ Path = [string][char]0xe9 + '.ps1' }, @{ Path = 'a' * 201 }, @{ Path = 5 }, @{ Path = $null }
    ) {
        $piece = ConvertTo-Json -Compress @{ path = $Path; offset = 0; data = 'AAAA' }
        $before = Get-Content64 $world.Root
        $answer = Invoke-Rollout $header, $piece
        $answer.code | Should -BeExactly 'InvalidRequest'
        $answer.message | Should -BeLike '*cannot be one of the agent''s files*'
        Get-Content64 $world.Root | Should -Be $before
    }

    It 'takes paths that are unusual and safe: <Path>' -ForEach @(
        @{ Path = 'a' * 200 }, @{ Path = '..a' }, @{ Path = '.a/_-.b' }, @{ Path = 'lib/versions/a' }, @{ Path = 'lib/agent.json' }
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
        $answer.message | Should -BeLike '*Give the operator''s account on the host the right*'
    }

    It 'is DiskFull where the disk is full, and goes through once there is room' {
        $versions = (New-Item -ItemType Directory (Join-Path $world.Agent 'versions')).FullName
        if (-not (Mount-TestDisk $versions)) { Set-ItResult -Skipped -Because 'a small file system can be mounted by root on Linux only'; return }
        try {
            $answer = Invoke-Rollout $header, (New-Piece 'big.iso' 0 (New-Object byte[] 200000))
            $answer.code | Should -BeExactly 'DiskFull'
            $answer.message | Should -BeLike '*Free space*'
            & mount -o 'remount,size=16m' $versions
            (Install-Bundle $world $small).ok | Should -BeTrue
        } finally {
            & umount $versions
        }
    }
}

Describe 'activate' {
    BeforeEach { $world = New-TestRoot }

    It 'makes a version of what was received, whole and under its name, and leaves the root alone' {
        $before = Get-Content64 $world.Agent
        (Install-Bundle $world $small).version | Should -BeExactly $small.Name
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
        Get-VersionEntry $world | Should -Be @($small.Name)
        Get-Content64 $world.Agent | Where-Object { $_ -notlike 'versions/*' } | Should -Be $before
    }

    It 'can be done again: <What>' -ForEach @(@{ What = 'the same upload'; Anew = $false }, @{ What = 'another upload'; Anew = $true }) {
        $sent = Send-Bundle $world $small
        $line = New-Header $world activate @{ upload = $sent; digest = $small.Digest }
        (Invoke-Rollout $line).ok | Should -BeTrue
        $written = (Get-Item (Get-Version $world $small 'Start.ps1')).LastWriteTimeUtc
        $again = if ($Anew) { Install-Bundle $world $small } else { Invoke-Rollout $line }
        $again.version | Should -BeExactly $small.Name
        Get-VersionEntry $world | Should -Be @($small.Name)
        (Get-Item (Get-Version $world $small 'Start.ps1')).LastWriteTimeUtc | Should -Be $written
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
    }

    It 'is DigestMismatch where something else was received, and throws that away' {
        $sent = Send-Bundle $world (New-Bundle @{ 'more.ps1' = 1, 2 })
        $answer = Invoke-Rollout (New-Header $world activate @{ upload = $sent; digest = $small.Digest })
        $answer.code | Should -BeExactly 'DigestMismatch'
        $answer.message | Should -BeLike "*$($small.Digest)*Begin a new upload*"
        Get-VersionEntry $world | Should -BeNullOrEmpty
    }

    It 'is UploadBroken where nothing was received: <What>' -ForEach @(
        @{ What = 'no upload at all'; First = $false }, @{ What = 'not this one'; First = $true }
    ) {
        if ($First) { $null = Send-Bundle $world $small }
        $answer = Invoke-Rollout (New-Header $world activate @{ upload = $upload; digest = $small.Digest })
        $answer.code | Should -BeExactly 'UploadBroken'
        [System.IO.Directory]::Exists((Get-Version $world $small)) | Should -BeFalse
    }

    It 'refuses what is no digest: <Digest>' -ForEach @(
        @{ Digest = 'ab' * 32 }, @{ Digest = 'sha256:' + 'AB' * 32 }, @{ Digest = 'sha256:..' }, @{ Digest = 'sha256:' + 'ab' * 32 + "`n" }
        @{ Digest = $null }
    ) {
        $sent = Send-Bundle $world $small
        (Invoke-Rollout (New-Header $world activate @{ upload = $sent; digest = $Digest })).code | Should -BeExactly 'InvalidRequest'
        Get-VersionEntry $world | Should -Be @(".incoming-$sent")
    }

    It 'is InUse while another rollout holds the lock, and goes through once it is free' {
        $sent = Send-Bundle $world $small
        $line = New-Header $world activate @{ upload = $sent; digest = $small.Digest }
        $lock = [System.IO.File]::Open([System.IO.Path]::Combine($world.Agent, 'versions', '.lock'), 'OpenOrCreate', 'ReadWrite', 'None')
        try { $answer = Invoke-Rollout $line } finally { $lock.Dispose() }
        $answer.code | Should -BeExactly 'InUse'
        $answer.message | Should -BeLike '*Another rollout is at work*Try again later*'
        (Invoke-Rollout $line).ok | Should -BeTrue
    }

    It 'repairs a version of its name: <What>' -ForEach @(
        @{ What = 'a changed file'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/lib/A.ps1", 'evil') } }
        @{ What = 'a changed file of the same length'; Damage = { param($At) [System.IO.File]::WriteAllBytes("$At/lib/A.ps1", (9, 9)) } }
        @{ What = 'an emptied file'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/isos/linux.iso", '') } }
        @{ What = 'a missing file'; Damage = { param($At) [System.IO.File]::Delete("$At/lib/deep/B-b_b.ps1") } }
        @{ What = 'a missing folder'; Damage = { param($At) [System.IO.Directory]::Delete("$At/lib", $true) } }
        @{ What = 'nothing left'; Damage = { param($At) [System.IO.Directory]::Delete($At, $true); [System.IO.Directory]::CreateDirectory($At) } }
        @{ What = 'a file too many'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/lib/Z.ps1", 'evil') } }
        @{ What = 'a hidden file too many'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/.hidden", 'evil') } }
        @{ What = 'a folder too many'; Damage = {
                param($At) [System.IO.Directory]::CreateDirectory("$At/more/deep"); [System.IO.File]::WriteAllText("$At/more/deep/a", 'evil')
            }
        }
        @{ What = 'a file in the place of a folder'; Damage = {
                param($At) [System.IO.Directory]::Delete("$At/lib", $true); [System.IO.File]::WriteAllText("$At/lib", 'evil')
            }
        }
        @{ What = 'a folder in the place of a file'; Damage = {
                param($At) [System.IO.File]::Delete("$At/Start.ps1"); [System.IO.Directory]::CreateDirectory("$At/Start.ps1/x")
            }
        }
        @{ What = 'a file in other capitals'; Damage = { param($At) [System.IO.File]::Move("$At/lib/A.ps1", "$At/lib/a.ps1") } }
        @{ What = 'a folder in other capitals'; Damage = {
                param($At) [System.IO.Directory]::Move("$At/lib", "$At/x"); [System.IO.Directory]::Move("$At/x", "$At/LIB")
            }
        }
        @{ What = 'agent.json and versions beside a changed file'; Damage = {
                param($At)
                [System.IO.Directory]::CreateDirectory("$At/versions/x")
                foreach ($name in 'agent.json', 'versions/x/a', 'empty.txt') { [System.IO.File]::WriteAllText("$At/$name", 'evil') }
            }
        }
    ) {
        (Install-Bundle $world $small).ok | Should -BeTrue
        $null = & $Damage (Get-Version $world $small)
        (Invoke-Rollout (New-Header $world look)).versions.($small.Name) | Should -Not -Be $small.Digest
        (Install-Bundle $world $small).version | Should -BeExactly $small.Name
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
        (Invoke-Rollout (New-Header $world look)).versions.($small.Name) | Should -BeExactly $small.Digest
        Get-VersionEntry $world | Should -Be @($small.Name)
        (Get-Content64 (Get-Version $world $small)).Count | Should -Be 5
    }

    It 'does not touch the files of a version in need of repair that are as they should be' {
        (Install-Bundle $world $small).ok | Should -BeTrue
        $kept = Get-Version $world $small 'isos/linux.iso'
        [System.IO.File]::SetLastWriteTimeUtc($kept, [DateTime]::UtcNow.AddDays(-3))
        $written = (Get-Item $kept).LastWriteTimeUtc
        [System.IO.File]::WriteAllText((Get-Version $world $small 'lib/A.ps1'), 'evil')
        (Install-Bundle $world $small).ok | Should -BeTrue
        (Get-Item $kept).LastWriteTimeUtc | Should -Be $written
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
    }

    It 'replaces a file as a whole: who is reading the old one reads it to its end' {
        (Install-Bundle $world $small).ok | Should -BeTrue
        $file = Get-Version $world $small 'lib/A.ps1'
        [System.IO.File]::WriteAllText($file, 'the old one')
        $share = [System.IO.FileShare]::ReadWrite -bor [System.IO.FileShare]::Delete
        $reader = New-Object System.IO.StreamReader ([System.IO.File]::Open($file, 'Open', 'Read', $share))
        try {
            (Install-Bundle $world $small).ok | Should -BeTrue
            $reader.ReadToEnd() | Should -BeExactly 'the old one'
        } finally {
            $reader.Dispose()
        }
        [System.IO.File]::ReadAllBytes($file) | Should -Be $small.Files['lib/A.ps1']
    }

    It 'removes a link in a version and follows it nowhere: <What>' -ForEach @(
        @{ What = 'of a file'; At = 'lib/A.ps1'; To = 'same/A.ps1' }, @{ What = 'of a folder'; At = 'lib'; To = 'same' }
        @{ What = 'that is too many'; At = 'lib/other'; To = 'same' }, @{ What = 'that leads nowhere'; At = 'lib/other'; To = 'nowhere' }
        @{ What = 'of the whole version'; At = ''; To = 'all' }
    ) {
        (Install-Bundle $world $small).ok | Should -BeTrue
        # The same content elsewhere: by that alone the version would have its digest.
        $elsewhere = Join-Path $world.Root 'elsewhere'
        Copy-Item -Recurse (Get-Version $world $small 'lib') (Join-Path (New-Item -ItemType Directory $elsewhere) 'same')
        Copy-Item -Recurse (Get-Version $world $small) (Join-Path $elsewhere 'all')
        $outside = Get-Content64 $elsewhere
        $place = Get-Version $world $small $At
        if (Test-Path $place) { Remove-Item -Recurse -Force $place }
        $target = Join-Path $elsewhere $To
        $missing = -not (Test-Path $target)
        if ($missing) { $null = New-Item -ItemType Directory $target }
        $null = New-Item -ItemType SymbolicLink -Path $place -Target $target
        if ($missing) { [System.IO.Directory]::Delete($target) }
        $found = (Invoke-Rollout (New-Header $world look)).versions.PSObject.Properties[$small.Name]
        if ($At) { $found.Value | Should -Not -Be $small.Digest } else { $found | Should -BeNullOrEmpty }
        (Install-Bundle $world $small).version | Should -BeExactly $small.Name
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
        Get-Content64 $elsewhere | Should -Be $outside
    }

    It 'is DigestMismatch where a link came into the upload, and deletes the link alone' {
        $sent = Send-Bundle $world $small
        $elsewhere = (New-Item -ItemType Directory (Join-Path $world.Root 'elsewhere')).FullName
        [System.IO.File]::WriteAllText((Join-Path $elsewhere 'precious'), 'x')
        $staged = [System.IO.Path]::Combine($world.Agent, 'versions', ".incoming-$sent")
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $staged 'link') -Target $elsewhere
        $answer = Invoke-Rollout (New-Header $world activate @{ upload = $sent; digest = $small.Digest })
        $answer.code | Should -BeExactly 'DigestMismatch'
        Get-VersionEntry $world | Should -BeNullOrEmpty
        @(Get-ChildItem -Name $elsewhere) | Should -Be @('precious')
    }
}

Describe 'prune' {
    BeforeEach {
        $world = New-TestRoot
        $other = New-Bundle @{ 'more.ps1' = 1, 2 }
        foreach ($bundle in $small, $other) { (Install-Bundle $world $bundle).ok | Should -BeTrue }
        $versions = Join-Path $world.Agent 'versions'
        $prune = { param([string[]] $Keep) Invoke-Rollout (New-Header $world prune @{ keep = [string[]]@($Keep) }) }
    }

    It 'deletes what is not to be kept and says so' {
        $answer = & $prune $other.Name
        $answer.ok | Should -BeTrue
        @($answer.removed) | Should -Be @($small.Name)
        Get-VersionEntry $world | Should -Be @($other.Name)
        Get-Content64 (Get-Version $world $other) | Should -Be (Get-BundleContent $other)
    }

    It 'keeps all that is to be kept, and may be told to keep what is not there' {
        $answer = & $prune $small.Name, $other.Name, '0000000000000000'
        , $answer.removed | Should -BeOfType [array]
        $answer.removed.Count | Should -Be 0
        Get-VersionEntry $world | Should -Be @($small.Name, $other.Name | Sort-Object)
    }

    It 'deletes all where nothing is to be kept, and leaves the root and other folders alone' {
        $before = Get-Content64 $world.Agent | Where-Object { $_ -notlike 'versions/*' }
        foreach ($name in 'notes', 'FEDCBA9876543210', '0123456789abcdef0') { $null = New-Item -ItemType Directory (Join-Path $versions $name) }
        @((& $prune @()).removed) | Should -Be @($small.Name, $other.Name | Sort-Object)
        Get-VersionEntry $world | Should -Be @('0123456789abcdef0', 'FEDCBA9876543210', 'notes')
        Get-Content64 $world.Agent | Where-Object { $_ -notlike 'versions/*' } | Should -Be $before
    }

    It 'deletes uploads that nobody has written to for an hour and no younger ones' {
        $old, $young = 1..2 | ForEach-Object { Send-Bundle $world (New-Bundle @{ 'new.ps1' = 1, $_ }) }
        [System.IO.Directory]::SetLastWriteTimeUtc((Join-Path $versions ".incoming-$old"), [DateTime]::UtcNow.AddMinutes(-61))
        [System.IO.Directory]::SetLastWriteTimeUtc((Join-Path $versions ".incoming-$young"), [DateTime]::UtcNow.AddMinutes(-58))
        (& $prune $small.Name, $other.Name).removed.Count | Should -Be 0
        Get-VersionEntry $world | Should -Be @(".incoming-$young", $small.Name, $other.Name | Sort-Object)
    }

    It 'leaves an upload that was begun long ago and written to a moment ago, below its folder' {
        $sent = Send-Bundle $world (New-Bundle @{ 'new.ps1' = 1, 2 })
        [System.IO.Directory]::SetLastWriteTimeUtc((Join-Path $versions ".incoming-$sent"), [DateTime]::UtcNow.AddHours(-5))
        (Invoke-Rollout (New-Header $world receive @{ upload = $sent }), (New-Piece 'lib/A.ps1' 2 (9, 9))).ok | Should -BeTrue
        $null = & $prune $small.Name, $other.Name
        Get-VersionEntry $world | Should -Contain ".incoming-$sent"
    }

    It 'deletes what an earlier one has left, and says so once the version is gone: <What>' -ForEach @(
        @{ What = 'gone'; Back = $false }, @{ What = 'back again'; Back = $true }
    ) {
        [System.IO.Directory]::Move((Get-Version $world $small), (Join-Path $versions ".removed-$($small.Name)"))
        if ($Back) { (Install-Bundle $world $small).ok | Should -BeTrue }
        $answer = & $prune $small.Name, $other.Name
        @($answer.removed) | Should -Be @(if (-not $Back) { $small.Name })
        Get-VersionEntry $world | Should -Be @(@($other.Name) + @(if ($Back) { $small.Name }) | Sort-Object)
    }

    It 'of a version that came back before its remains were deleted deletes both' {
        [System.IO.Directory]::Move((Get-Version $world $small), (Join-Path $versions ".removed-$($small.Name)"))
        (Install-Bundle $world $small).ok | Should -BeTrue
        @((& $prune $other.Name).removed) | Should -Be @($small.Name)
        Get-VersionEntry $world | Should -Be @($other.Name)
    }

    It 'leaves a version that cannot be renamed for the next time' {
        # Its new name is taken by something that cannot be deleted: a file system of its own.
        $taken = (New-Item -ItemType Directory (Join-Path $versions ".removed-$($small.Name)")).FullName
        if (-not (Mount-TestDisk $taken)) { Set-ItResult -Skipped -Because 'a file system can be mounted by root on Linux only'; return }
        try {
            [System.IO.File]::WriteAllText((Join-Path $taken 'x'), 'x')
            $answer = & $prune @()
            $answer.ok | Should -BeTrue
            @($answer.removed) | Should -Be @($other.Name)
            Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
        } finally {
            & umount $taken
        }
        @((& $prune @()).removed) | Should -Be @($small.Name)
        Get-VersionEntry $world | Should -BeNullOrEmpty
    }

    It 'of a link deletes the link alone' {
        $elsewhere = (New-Item -ItemType Directory (Join-Path $world.Root 'elsewhere')).FullName
        [System.IO.File]::WriteAllText((Join-Path $elsewhere 'precious'), 'x')
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $versions '00000000000000fe') -Target $elsewhere
        $null = New-Item -ItemType SymbolicLink -Path (Get-Version $world $small 'lib/link') -Target $elsewhere
        @((& $prune $other.Name).removed) | Should -Be @('00000000000000fe', $small.Name | Sort-Object)
        @(Get-ChildItem -Name $elsewhere) | Should -Be @('precious')
        Get-VersionEntry $world | Should -Be @($other.Name)
    }

    It 'is InUse while another rollout holds the lock' {
        $lock = [System.IO.File]::Open((Join-Path $versions '.lock'), 'OpenOrCreate', 'ReadWrite', 'None')
        try { $answer = & $prune @() } finally { $lock.Dispose() }
        $answer.code | Should -BeExactly 'InUse'
        Get-VersionEntry $world | Should -Be @($small.Name, $other.Name | Sort-Object)
    }

    It 'removes nothing where it is not told what to keep: <Keep>' -ForEach @(
        @{ Keep = '{}' }, @{ Keep = '{"keep":null}' }, @{ Keep = '{"keep":"0123456789abcdef"}' }, @{ Keep = '{"keep":["0123"]}' }
        @{ Keep = '{"keep":[null]}' }, @{ Keep = '{"keep":[5]}' }, @{ Keep = '{"keep":["0123456789ABCDEF"]}' }
    ) {
        $header = ConvertFrom-Json $Keep
        $header | Add-Member -NotePropertyMembers @{ operation = 'prune'; root = $world.Agent }
        (Invoke-Rollout (ConvertTo-Json -Compress $header)).code | Should -BeExactly 'InvalidRequest'
        Get-VersionEntry $world | Should -Be @($small.Name, $other.Name | Sort-Object)
    }

    It 'has nothing to do where nothing was ever rolled out' {
        $fresh = New-TestRoot
        $answer = Invoke-Rollout (New-Header $fresh prune @{ keep = @() })
        $answer.ok | Should -BeTrue
        $answer.removed.Count | Should -Be 0
        [System.IO.Directory]::Exists((Join-Path $fresh.Agent 'versions')) | Should -BeFalse
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

    It 'that ends in an error nobody foresaw is Internal' {
        Add-FakeFault 'Get-CimInstance Win32_ComputerSystemProduct' -Message 'The RPC server is unavailable.'
        $answer = Invoke-Rollout (New-Header $world look)
        $answer.code | Should -BeExactly 'Internal'
        $answer.message | Should -BeLike '*The RPC server is unavailable.*'
    }
}
