# The rollout of the agent: versions that are activated, repaired and pruned.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Rollout.psm1') -Force
    $script:upload = '0123456789abcdef0123456789abcdef'
    $script:small = New-Bundle
    $null = New-TestHost
}

AfterAll {
    Remove-TestRoot
    Remove-TestHost
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
        $answer.message | Should -BeLike "*$($small.Digest)*"
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
        $answer.message | Should -BeLike '*Another rollout is changing*'
        (Invoke-Rollout $line).ok | Should -BeTrue
    }

    It 'repairs a version of its name: <What>' -ForEach @(
        @{ What = 'a changed file'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/steps/A.ps1", 'evil') } }
        @{ What = 'a changed file of the same length'; Damage = { param($At) [System.IO.File]::WriteAllBytes("$At/steps/A.ps1", (9, 9)) } }
        @{ What = 'an emptied file'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/isos/linux.iso", '') } }
        @{ What = 'a missing file'; Damage = { param($At) [System.IO.File]::Delete("$At/steps/deep/B-b_b.ps1") } }
        @{ What = 'a missing folder'; Damage = { param($At) [System.IO.Directory]::Delete("$At/steps", $true) } }
        @{ What = 'nothing left'; Damage = { param($At) [System.IO.Directory]::Delete($At, $true); [System.IO.Directory]::CreateDirectory($At) } }
        @{ What = 'a file too many'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/steps/Z.ps1", 'evil') } }
        @{ What = 'a hidden file too many'; Damage = { param($At) [System.IO.File]::WriteAllText("$At/.hidden", 'evil') } }
        @{ What = 'a folder too many'; Damage = {
                param($At) [System.IO.Directory]::CreateDirectory("$At/more/deep"); [System.IO.File]::WriteAllText("$At/more/deep/a", 'evil')
            }
        }
        @{ What = 'a file in the place of a folder'; Damage = {
                param($At) [System.IO.Directory]::Delete("$At/steps", $true); [System.IO.File]::WriteAllText("$At/steps", 'evil')
            }
        }
        @{ What = 'a folder in the place of a file'; Damage = {
                param($At) [System.IO.File]::Delete("$At/Start.ps1"); [System.IO.Directory]::CreateDirectory("$At/Start.ps1/x")
            }
        }
        @{ What = 'a file in other capitals'; Damage = { param($At) [System.IO.File]::Move("$At/steps/A.ps1", "$At/steps/a.ps1") } }
        @{ What = 'a folder in other capitals'; Damage = {
                param($At) [System.IO.Directory]::Move("$At/steps", "$At/x"); [System.IO.Directory]::Move("$At/x", "$At/STEPS")
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
        [System.IO.File]::WriteAllText((Get-Version $world $small 'steps/A.ps1'), 'evil')
        (Install-Bundle $world $small).ok | Should -BeTrue
        (Get-Item $kept).LastWriteTimeUtc | Should -Be $written
        Get-Content64 (Get-Version $world $small) | Should -Be (Get-BundleContent $small)
    }

    It 'replaces a file as a whole: who is reading the old one reads it to its end' {
        (Install-Bundle $world $small).ok | Should -BeTrue
        $file = Get-Version $world $small 'steps/A.ps1'
        [System.IO.File]::WriteAllText($file, 'the old one')
        $share = [System.IO.FileShare]::ReadWrite -bor [System.IO.FileShare]::Delete
        $reader = New-Object System.IO.StreamReader ([System.IO.File]::Open($file, 'Open', 'Read', $share))
        try {
            (Install-Bundle $world $small).ok | Should -BeTrue
            $reader.ReadToEnd() | Should -BeExactly 'the old one'
        } finally {
            $reader.Dispose()
        }
        [System.IO.File]::ReadAllBytes($file) | Should -Be $small.Files['steps/A.ps1']
    }

    It 'removes a link in a version and follows it nowhere: <What>' -ForEach @(
        @{ What = 'of a file'; At = 'steps/A.ps1'; To = 'same/A.ps1' }, @{ What = 'of a folder'; At = 'steps'; To = 'same' }
        @{ What = 'that is too many'; At = 'steps/other'; To = 'same' }, @{ What = 'that leads nowhere'; At = 'steps/other'; To = 'nowhere' }
        @{ What = 'of the whole version'; At = ''; To = 'all' }
    ) {
        (Install-Bundle $world $small).ok | Should -BeTrue
        # The same content elsewhere: by that alone the version would have its digest.
        $elsewhere = Join-Path $world.Root 'elsewhere'
        Copy-Item -Recurse (Get-Version $world $small 'steps') (Join-Path (New-Item -ItemType Directory $elsewhere) 'same')
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
        (Invoke-Rollout (New-Header $world receive @{ upload = $sent }), (New-Piece 'steps/A.ps1' 2 (9, 9))).ok | Should -BeTrue
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
        $null = New-Item -ItemType SymbolicLink -Path (Get-Version $world $small 'steps/link') -Target $elsewhere
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
